// The extension in the real editor: code-server with the packed extension, driven through a headless browser. Not part of CI,
// since it needs both; README.md, "In the real editor", says how it is started. Ends with a line for each thing that was seen.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const [tools, lintdem, browser] = process.argv.slice(2).map((one) => resolve(one));
const { chromium } = createRequire(join(tools, "package.json"))("playwright-core");
const place = mkdtempSync(join(tmpdir(), "lintdem-session-"));
const shop = join(place, "shop");
const PORT = 18080 + Math.floor(Math.random() * 1000);
const TEMPLATE = `Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      Events:
        Placed:
          Type: EventBridgeRule
          Properties:
            Pattern: {detail-type: [placed]}
`;
const APP = `import hashlib

import stripe

from stock import take


def handler(event, context):
    skus = {line["sku"] for line in event["detail"]["lines"]}
    key = hashlib.sha256(",".join(skus).encode()).hexdigest()
    stripe.PaymentIntent.create(amount=1, currency="eur", idempotency_key=key)
    take(event["detail"]["sku"])
`;
const STOCK = `import boto3

table = boto3.resource("dynamodb").Table("stock")


def take(sku):
    table.update_item(Key={"sku": sku}, UpdateExpression="ADD taken :one", ExpressionAttributeValues={":one": 1})
`;

const write = (name, text) => writeFileSync(join(shop, name), text);
mkdirSync(shop);
write("template.yaml", TEMPLATE);
write("app.py", APP);
write("stock.py", STOCK);
mkdirSync(join(place, "data", "User"), { recursive: true });
const settings = { "security.workspace.trust.enabled": false, "lintdem.path": [lintdem], "workbench.startupEditor": "none" };
writeFileSync(join(place, "data", "User", "settings.json"), JSON.stringify(settings));

const entry = join(tools, "node_modules/code-server/out/node/entry.js");
const folders = ["--user-data-dir", join(place, "data"), "--extensions-dir", join(place, "extensions")];
execFileSync(process.execPath, [entry, ...folders, "--install-extension", resolve("dist/lintdem.vsix")], { stdio: "pipe" });
const server = spawn(
  process.execPath,
  [entry, ...folders, "--auth", "none", "--bind-addr", `127.0.0.1:${PORT}`, "--config", join(place, "config.yaml")],
  { stdio: ["ignore", "pipe", "ignore"] },
);
await new Promise((ready) => server.stdout.on("data", (text) => String(text).includes("listening on http") && ready()));

const window = await chromium.launch({ executablePath: browser, args: ["--no-sandbox"] });
const page = await window.newPage({ viewport: { width: 1400, height: 900 } });
page.setDefaultTimeout(90_000);

const status = (text) => page.locator("[id*='lintdem']", { hasText: text }).first().waitFor();
const seen = (what) => process.stdout.write(`seen: ${what}\n`);

/** Opens the quick input with a text and takes the first offer. */
async function choose(text) {
  await page.keyboard.press("F1");
  const input = page.locator(".quick-input-widget input").first();
  await input.waitFor();
  await input.fill(text);
  await page.locator(".quick-input-list .monaco-list-row").first().waitFor();
  await page.waitForTimeout(1500); // the list sorts itself while it is filtered
  await page.keyboard.press("Enter");
}

async function session() {
  await page.goto(`http://127.0.0.1:${PORT}/?folder=${shop}`);
  await page.locator(".explorer-folders-view").first().waitFor();
  await choose("app.py");
  await page.locator(".squiggly-error, .squiggly-warning").first().waitFor();
  await status(/ 1$/);
  seen("a file that is opened shows its finding, and the status item counts it");
  await page.locator(".codelens-decoration", { hasText: "EventBridge" }).first().waitFor();
  seen("the line above the handler");
  await choose(">lintdem: Check workspace");
  await status(/ 3$/);
  seen("after 'Check workspace' the files that are not open count too");
  await choose(">lintdem: Restart server");
  await status(/ 1$/);
  seen("after 'Restart server' only the open file counts again");
  await page.locator(".monaco-editor .view-line").first().click();
  await choose(">lintdem: Fix all safe findings of this file");
  await page.locator(".view-line", { hasText: "sorted(skus)" }).first().waitFor();
  seen("'Fix all safe findings' changes the buffer");
  await page.keyboard.press("Control+S");
  await page.locator(".tab.dirty").first().waitFor({ state: "detached" });
  await page.locator("[id*='lintdem']", { hasText: /lintdem$/ }).first().waitFor();
  assert.equal(readFileSync(join(shop, "app.py"), "utf-8"), APP.replace("join(skus)", "join(sorted(skus))"));
  seen("saved, it is what the fix makes, and nothing is found any more");
  await choose(">lintdem: Show output");
  await page.locator(".panel .action-item.checked", { hasText: "Output" }).first().waitFor();
  seen("'Show output' opens what the server says");
}

try {
  await session();
} catch (error) {
  await page.screenshot({ path: join(place, "failed.png") });
  process.stdout.write(`failed; a picture is in ${place}\n`);
  throw error;
} finally {
  await window.close();
  server.kill();
}
