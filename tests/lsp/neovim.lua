-- What a person does in Neovim: open a file, look, take the quick fix, save. Writes what was seen as JSON.
-- Run as: nvim --headless -u NONE -c 'luafile neovim.lua', with PYTHON, FILE, ROOT and SEEN in the environment.

local seen = { encoding = nil, opened = {}, marked = {}, fixed = nil, saved = {}, lines = {}, error = nil }
local patience = 60000

local function finish()
  local out = assert(io.open(vim.env.SEEN, "w"))
  out:write(vim.fn.json_encode(seen))
  out:close()
  vim.cmd("qall!")
end

local function codes()
  return vim.tbl_map(function(one) return one.code end, vim.diagnostic.get(0))
end

local function wait(what, holds)
  if not vim.wait(patience, holds, 20) then
    error("waited in vain for " .. what)
  end
end

local function start()
  local config = {
    name = "lintdem",
    cmd = { vim.env.PYTHON, "-m", "lintdem", "server" },
    root_dir = vim.env.ROOT,
    workspace_folders = { { uri = vim.uri_from_fname(vim.env.ROOT), name = "shop" } },
  }
  if vim.lsp.start then
    return vim.lsp.start(config)
  end
  local id = vim.lsp.start_client(config)
  vim.lsp.buf_attach_client(0, id)
  return id
end

local function work()
  vim.cmd("edit " .. vim.fn.fnameescape(vim.env.FILE))
  vim.bo.filetype = "python"
  local id = start()
  wait("diagnostics", function() return #codes() > 0 end)
  local client = vim.lsp.get_client_by_id(id)
  seen.encoding = client.offset_encoding
  seen.opened = codes()
  for _, one in ipairs(vim.diagnostic.get(0)) do
    local text = vim.api.nvim_buf_get_lines(0, one.lnum, one.lnum + 1, true)[1]
    table.insert(seen.marked, string.sub(text, one.col + 1, one.end_col))
  end

  local first = vim.diagnostic.get(0)[1]
  local position = { line = first.lnum, character = 0 }
  local answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", {
    textDocument = vim.lsp.util.make_text_document_params(),
    range = { start = position, ["end"] = position },
    context = { diagnostics = {} },
  }, patience)
  for _, action in ipairs(answers[id].result) do
    if action.isPreferred then
      seen.fixed = action.title
      vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
    end
  end
  wait("the fix to count", function() return #codes() == 0 end)

  vim.cmd("write")
  vim.api.nvim_buf_set_lines(0, 0, 0, true, { "def half(" })
  vim.cmd("write")
  wait("the error", function() return vim.tbl_contains(codes(), "LDM901") end)
  vim.api.nvim_buf_set_lines(0, 0, 1, true, {})
  vim.cmd("write")
  wait("the end", function() return #codes() == 0 end)
  seen.saved = codes()
  seen.lines = vim.api.nvim_buf_get_lines(0, 0, -1, true)
end

local ok, message = pcall(work)
if not ok then
  seen.error = tostring(message)
end
finish()
