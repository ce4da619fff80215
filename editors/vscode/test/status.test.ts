import assert from "node:assert/strict";
import { test } from "node:test";

import { counted, shown } from "../src/status";

const NONE = counted([]);

test("diagnostics are counted by severity; information and hints are notes", () => {
  assert.deepEqual(counted([0, 1, 1, 2, 3]), { errors: 1, warnings: 2, notes: 2 });
});

test("a clean workspace has a check mark and no number", () => {
  const { text, tooltip, alarming } = shown({ kind: "running", version: "0.1.0" }, NONE);
  assert.equal(text, "$(check) lintdem");
  assert.equal(tooltip, "lintdem 0.1.0: nothing found");
  assert.equal(alarming, false);
});

test("what is found is counted, each kind with its noun", () => {
  const { text, tooltip } = shown({ kind: "running", version: undefined }, counted([0, 1, 1, 2]));
  assert.match(text, / 4$/);
  assert.equal(tooltip, "lintdem: 1 error, 2 warnings, 1 note");
});

test("a server that is missing or failed says what to do or why", () => {
  const missing = shown({ kind: "missing" }, NONE);
  assert.equal(missing.alarming, true);
  assert.match(missing.tooltip, /pip install 'lintdem\[lsp\]'.*lintdem\.path/);
  const failed = shown({ kind: "failed", reason: "exit code 3" }, NONE);
  assert.equal(failed.alarming, true);
  assert.match(failed.tooltip, /exit code 3/);
});

test("findings of a stopped server are not counted", () => {
  assert.equal(shown({ kind: "stopped" }, counted([0])).text, "$(circle-slash) lintdem");
  assert.match(shown({ kind: "starting" }, NONE).text, /spin/);
});
