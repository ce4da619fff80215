import assert from "node:assert/strict";
import { test } from "node:test";

import { candidates, filledIn, located, type Surroundings } from "../src/locating";

const LINUX: Surroundings = {
  folders: ["/work/shop", "/work/billing"],
  home: "/home/ada",
  environment: { PATH: "/usr/local/bin::/usr/bin", TOOLS: "/opt/tools" },
  windows: false,
};
const WINDOWS: Surroundings = {
  folders: ["C:\\work\\shop"],
  home: "C:\\Users\\ada",
  environment: { Path: "C:\\Python\\Scripts" },
  windows: true,
};

test("variables of a path are filled in", () => {
  const fill = (text: string): string => filledIn(text, "/work/shop", LINUX);
  assert.equal(fill("${workspaceFolder}/tools/lintdem"), "/work/shop/tools/lintdem");
  assert.equal(fill("${userHome}/bin/lintdem"), "/home/ada/bin/lintdem");
  assert.equal(fill("~/bin/lintdem"), "/home/ada/bin/lintdem");
  assert.equal(fill("${env:TOOLS}/lintdem"), "/opt/tools/lintdem");
  assert.equal(fill("${env:NOWHERE}/lintdem"), "/lintdem");
  assert.equal(fill("${unheardOf}/lintdem"), "${unheardOf}/lintdem");
  assert.equal(fill("~ada/lintdem"), "~ada/lintdem");
});

test("a folder with a dollar sign is put in as it is", () => {
  assert.equal(filledIn("${workspaceFolder}/x", "/work/$&shop", LINUX), "/work/$&shop/x");
});

test("settings come first, then the chosen interpreter, the environments of every folder and the PATH", () => {
  assert.deepEqual(candidates(["tools/lintdem"], { ...LINUX, interpreter: "/envs/shop/bin/python" }), [
    "/work/shop/tools/lintdem",
    "/envs/shop/bin/lintdem",
    "/work/shop/.venv/bin/lintdem",
    "/work/shop/venv/bin/lintdem",
    "/work/billing/.venv/bin/lintdem",
    "/work/billing/venv/bin/lintdem",
    "/usr/local/bin/lintdem",
    "/usr/bin/lintdem",
  ]);
});

test("on Windows programs end in .exe and stand in Scripts", () => {
  assert.deepEqual(candidates([], WINDOWS), [
    "C:\\work\\shop\\.venv\\Scripts\\lintdem.exe",
    "C:\\work\\shop\\venv\\Scripts\\lintdem.exe",
    "C:\\Python\\Scripts\\lintdem.exe",
  ]);
});

test("without a folder the home is where paths count from", () => {
  assert.deepEqual(candidates(["x/lintdem"], { ...LINUX, folders: [], environment: {} }), ["/home/ada/x/lintdem"]);
});

test("the first that is there is taken, and nothing when none is", () => {
  assert.equal(
    located([], LINUX, (file) => file.startsWith("/work/billing/.venv") || file.startsWith("/usr")),
    "/work/billing/.venv/bin/lintdem",
  );
  assert.equal(
    located(["/gone"], LINUX, () => false),
    undefined,
  );
});
