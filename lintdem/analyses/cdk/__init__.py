"""CDK applications in Python as stacks: their code is run abstractly, and the calls of the CDK are read."""
