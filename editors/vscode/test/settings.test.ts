import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { PASSED_ON, RESTARTING, settings } from "../src/settings";

interface Manifest {
  readonly version: string;
  readonly main: string;
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
  };
}
const MANIFEST = JSON.parse(readFileSync("package.json", "utf-8")) as Manifest;

test("nothing set is: enabled, looked for, no arguments", () => {
  assert.deepEqual(
    settings(() => undefined),
    { enable: true, path: [], args: [] },
  );
});

test("a single text is a list of one, and what is no text is left out", () => {
  const given: Record<string, unknown> = { enable: false, path: "/opt/lintdem", args: ["--log", 3, "", null] };
  assert.deepEqual(
    settings((key) => given[key]),
    { enable: false, path: ["/opt/lintdem"], args: ["--log"] },
  );
});

test("every setting of the manifest restarts the server, is passed on to it, or is the client's own", () => {
  const used = [...RESTARTING, ...PASSED_ON.map((key) => `lintdem.${key}`), "lintdem.trace.server"];
  assert.deepEqual(used.toSorted(), Object.keys(MANIFEST.contributes.configuration.properties).toSorted());
});

test("every command of the manifest is registered, and no other", () => {
  const source = readFileSync("src/extension.ts", "utf-8");
  const registered = [...source.matchAll(/registerCommand\("([^"]+)"/g)].map((one) => one[1]);
  const declared = MANIFEST.contributes.commands.map((one) => one.command);
  assert.deepEqual(registered.toSorted(), declared.toSorted());
});

test("the extension has the version of the linter", () => {
  const version = /__version__ = "([^"]+)"/.exec(readFileSync("../../lintdem/__init__.py", "utf-8"))?.[1];
  assert.equal(MANIFEST.version, version);
});

test("no command has a name that the server registers by itself", () => {
  const served = readFileSync("../../lintdem/lsp/answers.py", "utf-8");
  const taken = [...served.matchAll(/^[A-Z_]*COMMAND = "([^"]+)"/gm)].map((one) => one[1]);
  assert.notEqual(taken.length, 0);
  assert.deepEqual(
    MANIFEST.contributes.commands.filter((one) => taken.includes(one.command)),
    [],
  );
});
