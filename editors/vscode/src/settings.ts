/** The settings of the extension, read whole, so that what is not of the expected kind cannot stop it. */

export interface Settings {
  readonly enable: boolean;
  readonly path: readonly string[];
  readonly args: readonly string[];
}

/** Settings whose change needs another process. */
export const RESTARTING = ["lintdem.enable", "lintdem.path", "lintdem.args"] as const;

/** Settings that the server reads, by their names below `lintdem`. */
export const PASSED_ON = ["run", "codeLens", "diagnostics", "debounce"] as const;

/** Texts of a list; a single text is a list of one. */
function texts(value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one): one is string => typeof one === "string" && one !== "");
}

/** The settings, by what the editor knows of each key. */
export function settings(of: (key: string) => unknown): Settings {
  return { enable: of("enable") !== false, path: texts(of("path")), args: texts(of("args")) };
}
