"""Testing rules by their pages; shipped so that third-party packs use the same.

`pages`     a Markdown page as cases: files, configuration, expected findings;
`fixed`     a small workspace with the fixes of one rule applied;
`patching`  a patch that a page shows applied to its example;
`runner`    what a run of one case says against what its page says;
`plugin`    pages as pytest tests;
`scaffold`  a new rule: one module, one page;
`index`     the generated list of rules;
`advice`    which rule covers what articles and AWS ask for;
`topics`    the hundreds of the codes.

Run as `python -m lintdem.testing`.
"""
