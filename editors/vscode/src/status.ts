/** What the status item says: the state of the server and what is found in the workspace. */

export type State =
  | { readonly kind: "starting" }
  | { readonly kind: "running"; readonly version: string | undefined }
  | { readonly kind: "stopped" }
  | { readonly kind: "missing" }
  | { readonly kind: "failed"; readonly reason: string };

export interface Counts {
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
}

export interface Shown {
  readonly text: string;
  readonly tooltip: string;
  readonly alarming: boolean;
}

/** The counts of diagnostics by their severity, as the editor numbers it: 0 is an error, 1 a warning. */
export function counted(severities: Iterable<number>): Counts {
  const counts = { errors: 0, warnings: 0, notes: 0 };
  for (const severity of severities) {
    counts[severity === 0 ? "errors" : severity === 1 ? "warnings" : "notes"] += 1;
  }
  return counts;
}

/** A number with its noun. */
function many(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** What the status item shows. */
export function shown(state: State, counts: Counts): Shown {
  switch (state.kind) {
    case "starting":
      return { text: "$(loading~spin) lintdem", tooltip: "lintdem is starting", alarming: false };
    case "stopped":
      return { text: "$(circle-slash) lintdem", tooltip: "lintdem is stopped", alarming: false };
    case "missing":
      return {
        text: "$(warning) lintdem",
        tooltip: "lintdem is not installed here: pip install 'lintdem[lsp]', or set lintdem.path",
        alarming: true,
      };
    case "failed":
      return { text: "$(error) lintdem", tooltip: `lintdem failed: ${state.reason}`, alarming: true };
    case "running": {
      const total = counts.errors + counts.warnings + counts.notes;
      const name = state.version === undefined ? "lintdem" : `lintdem ${state.version}`;
      const parts = [many(counts.errors, "error"), many(counts.warnings, "warning"), many(counts.notes, "note")];
      return {
        text: total === 0 ? "$(check) lintdem" : `$(issues) lintdem ${total}`,
        tooltip: total === 0 ? `${name}: nothing found` : `${name}: ${parts.join(", ")}`,
        alarming: false,
      };
    }
  }
}
