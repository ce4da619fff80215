/** Where the server may be: settings and folders become a list of programs, the first of which that is there is started. */

import * as path from "node:path";

export interface Surroundings {
  readonly folders: readonly string[];
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly windows: boolean;
  /** The interpreter that is chosen in the Python extension. */
  readonly interpreter?: string | undefined;
}

const VARIABLE = /\$\{(workspaceFolder|userHome|env:([^}]*))\}/g;

/** A path of the settings with its variables filled in. One that knows no value is empty. */
export function filledIn(text: string, folder: string, around: Surroundings): string {
  const written = text.replace(VARIABLE, (_, name: string, variable: string | undefined) => {
    if (name === "workspaceFolder") {
      return folder;
    }
    return name === "userHome" ? around.home : (around.environment[variable ?? ""] ?? "");
  });
  return written === "~" || /^~[/\\]/.test(written) ? around.home + written.slice(1) : written;
}

/** Every place where the program may be, the most wanted first. */
export function candidates(paths: readonly string[], around: Surroundings): string[] {
  const folder = around.folders[0] ?? around.home;
  const join = around.windows ? path.win32 : path.posix;
  const named = paths.map((text) => join.resolve(folder, filledIn(text, folder, around)));
  const scripts = around.windows ? "Scripts" : "bin";
  const program = around.windows ? "lintdem.exe" : "lintdem";
  const beside = around.interpreter ? [join.join(join.dirname(around.interpreter), program)] : [];
  const environments = around.folders.flatMap((one) =>
    [".venv", "venv"].map((name) => join.join(one, name, scripts, program)),
  );
  const search = (around.environment["PATH"] ?? around.environment["Path"] ?? "")
    .split(around.windows ? ";" : ":")
    .filter((one) => one !== "")
    .map((one) => join.join(one, program));
  return [...new Set([...named, ...beside, ...environments, ...search])];
}

/** The first candidate that is a program, or nothing. */
export function located(
  paths: readonly string[],
  around: Surroundings,
  isProgram: (file: string) => boolean,
): string | undefined {
  return candidates(paths, around).find(isProgram);
}
