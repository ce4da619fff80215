"""One module for each rule whose examples are proved by running: `PROOFS` names the case and the function that runs it."""
