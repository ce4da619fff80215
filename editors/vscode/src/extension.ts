/** The extension: starts `lintdem server`, and gives its commands and a status item. What is found is the server's to say. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  State as ClientState,
  type CloseHandlerResult,
  type ErrorHandler,
  type LanguageClientOptions,
} from "vscode-languageclient/node";

import { located, type Surroundings } from "./locating";
import { PASSED_ON, RESTARTING, settings } from "./settings";
import { counted, shown, type State } from "./status";

const FIX_ALL = vscode.CodeActionKind.SourceFixAll.append("lintdem");
const WATCHED = "**/{*.py,*.yaml,*.yml,*.json,*.toml,*.tf,*.ts,Dockerfile,.gitignore}";
const CRASHES = 4;
const WITHIN_MS = 180_000;

/** A server that crashes again and again is left alone; the status item says so. */
class Patience implements ErrorHandler {
  private readonly crashes: number[] = [];

  error(): { action: ErrorAction } {
    return { action: ErrorAction.Continue };
  }

  closed(): CloseHandlerResult {
    const now = Date.now();
    this.crashes.push(now);
    const recent = this.crashes.filter((one) => now - one < WITHIN_MS);
    return { action: recent.length < CRASHES ? CloseAction.Restart : CloseAction.DoNotRestart };
  }
}

class Extension implements vscode.Disposable {
  private readonly output = vscode.window.createOutputChannel("lintdem", { log: true });
  private readonly item = vscode.window.createStatusBarItem("lintdem", vscode.StatusBarAlignment.Right);
  private client: LanguageClient | undefined;
  private state: State = { kind: "stopped" };
  private whole = false;
  private turn: Promise<void> = Promise.resolve();

  constructor() {
    this.item.name = "lintdem";
    this.item.command = "lintdem.showOutput";
  }

  dispose(): void {
    this.item.dispose();
    this.output.dispose();
  }

  /** Starts and stops follow one another: a second restart waits for the first. */
  restart(): Promise<void> {
    this.turn = this.turn.then(async () => {
      await this.stopped();
      await this.started();
    });
    return this.turn;
  }

  stop(): Promise<void> {
    this.turn = this.turn.then(() => this.stopped());
    return this.turn;
  }

  showOutput(): void {
    this.output.show(true);
  }

  async fixAll(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined || this.client === undefined) {
      return;
    }
    const uri = editor.document.uri;
    const whole = new vscode.Range(0, 0, editor.document.lineCount, 0);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      uri,
      whole,
      FIX_ALL.value,
      1,
    );
    const edit = actions.find((one) => one.kind !== undefined && FIX_ALL.contains(one.kind))?.edit;
    if (edit === undefined) {
      void vscode.window.showInformationMessage("lintdem: nothing here that a safe fix mends");
      return;
    }
    await vscode.workspace.applyEdit(edit);
  }

  /** From now on, until the next restart, files that are not open are told of too. */
  async checkWorkspace(): Promise<void> {
    this.whole = true;
    await this.configure();
    await vscode.commands.executeCommand("workbench.actions.view.problems");
  }

  /** Tells the server what of the settings is its business; one that asks by itself learns that it is time to ask. */
  async configure(): Promise<void> {
    const lintdem = this.passedOn();
    await this.client?.sendNotification("workspace/didChangeConfiguration", { settings: { lintdem } });
  }

  show(): void {
    const severities = vscode.languages
      .getDiagnostics()
      .flatMap(([, all]) => all.filter((one) => one.source === "lintdem").map((one) => one.severity));
    const { text, tooltip, alarming } = shown(this.state, counted(severities));
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.backgroundColor = alarming ? new vscode.ThemeColor("statusBarItem.warningBackground") : undefined;
    this.item.show();
  }

  private become(state: State): void {
    this.state = state;
    this.show();
  }

  private async stopped(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.whole = false;
    await client?.dispose().catch((reason: unknown) => this.output.warn(String(reason)));
    this.become({ kind: "stopped" });
  }

  private async started(): Promise<void> {
    const chosen = settings((key) => vscode.workspace.getConfiguration("lintdem").get(key));
    if (!chosen.enable) {
      return;
    }
    const program = located(chosen.path, await surroundings(), isProgram);
    if (program === undefined) {
      this.become({ kind: "missing" });
      return;
    }
    this.output.info(`starting ${program} server ${chosen.args.join(" ")}`);
    this.become({ kind: "starting" });
    const server = { command: program, args: ["server", ...chosen.args] };
    const client = new LanguageClient("lintdem", "lintdem", server, this.options());
    this.client = client;
    client.onDidChangeState(({ newState }) => {
      if (newState === ClientState.Running) {
        this.become({ kind: "running", version: client.initializeResult?.serverInfo?.version });
      } else if (newState === ClientState.Stopped && this.client === client) {
        this.become({ kind: "failed", reason: "the server has stopped; see its output" });
      }
    });
    try {
      await client.start();
    } catch (error) {
      this.become({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
    }
  }

  /** The settings that the server reads. */
  private passedOn(): unknown {
    const section = vscode.workspace.getConfiguration("lintdem");
    return this.widened(Object.fromEntries(PASSED_ON.map((key) => [key, section.get<unknown>(key)])));
  }

  /** Settings, with files that are not open told of once that was asked for. */
  private widened(chosen: unknown): unknown {
    return this.whole && typeof chosen === "object" && chosen !== null ? { ...chosen, diagnostics: "workspace" } : chosen;
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: [
        { scheme: "file", language: "python" },
        { scheme: "file", pattern: "**/{*.yaml,*.yml,*.tf,*.template.json,Dockerfile,lintdem.toml,pyproject.toml}" },
        { scheme: "file", pattern: "**/{bin,lib,cdk,infra,infrastructure}/**/*.ts" },
      ],
      synchronize: {
        fileEvents: vscode.workspace.createFileSystemWatcher(WATCHED),
      },
      initializationOptions: this.passedOn(),
      diagnosticCollectionName: "lintdem",
      outputChannel: this.output,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      errorHandler: new Patience(),
      middleware: {
        workspace: {
          configuration: async (asked, token, next) => {
            const answered = await next(asked, token);
            return Array.isArray(answered) ? answered.map((one) => this.widened(one)) : answered;
          },
        },
      },
    };
  }
}

/** Whether a file is there that can be started. */
function isProgram(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

interface Environments {
  readonly environments?: { getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string } };
}

/** The interpreter that is chosen in the Python extension, where there is one. */
async function interpreter(folder: vscode.Uri | undefined): Promise<string | undefined> {
  const python = vscode.extensions.getExtension<Environments>("ms-python.python");
  try {
    const known = await python?.activate();
    return known?.environments?.getActiveEnvironmentPath(folder).path;
  } catch {
    return undefined;
  }
}

async function surroundings(): Promise<Surroundings> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return {
    folders: folders.filter((one) => one.uri.scheme === "file").map((one) => one.uri.fsPath),
    home: os.homedir(),
    environment: process.env,
    windows: process.platform === "win32",
    interpreter: await interpreter(folders[0]?.uri),
  };
}

let extension: Extension | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const started = new Extension();
  extension = started;
  context.subscriptions.push(
    started,
    vscode.commands.registerCommand("lintdem.restart", () => started.restart()),
    vscode.commands.registerCommand("lintdem.showOutput", () => started.showOutput()),
    vscode.commands.registerCommand("lintdem.fixAllSafe", () => started.fixAll()),
    vscode.commands.registerCommand("lintdem.checkWorkspace", () => started.checkWorkspace()),
    vscode.languages.onDidChangeDiagnostics(() => started.show()),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (RESTARTING.some((key) => event.affectsConfiguration(key))) {
        await started.restart();
      } else if (event.affectsConfiguration("lintdem")) {
        await started.configure();
      }
    }),
  );
  await started.restart();
}

export async function deactivate(): Promise<void> {
  await extension?.stop();
}
