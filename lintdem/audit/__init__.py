"""Many repositories checked into one report.

`records`  what is kept of each repository;
`ranking`  the records counted by repository, team and rule;
`targets`  which repositories are meant: paths, lists, addresses, folders of checkouts;
`teams`    who owns a file: CODEOWNERS, or a mapping of one's own;
`cloning`  repositories by address, fetched into a folder that is kept;
`checking` one repository, wherever it is checked;
`journal`  what is done so far, on the disk, so that a run can be taken up again;
`local`    repositories spread over processes of this machine;
`cluster`  the same over the workers of a Dask cluster;
`run`      all of it together;
`text`, `json`, `html`, `parquet`
   the formats.

Each repository has one record, whatever happens to it: a worker that is lost, a folder that cannot be read. Whoever
takes results takes the first of each repository and asks at the end for those that none came for.
"""
