"""The language server: the session of the command line behind the buffers of an editor.

`texts`        places of the model as an editor counts them;
`documents`    what is open, with its versions;
`memory`       lowered modules kept between runs;
`project`      one workspace: what is analysed, with the buffers over the disk;
`runs`         when it is analysed: later on a change, at once on a save, never twice at a time;
`diagnostics`, `actions`, `hovers`, `lenses`   the answers;
`settings`     what the user has set, for each folder;
`parent`       the editor's process, without which there is nobody to serve;
`server`       the protocol.

Needs the extra `lintdem[lsp]`; nothing else imports it but the command.
"""
