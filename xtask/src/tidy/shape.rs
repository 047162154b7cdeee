//! How long things are and how they begin. What they say is checked elsewhere.

use super::tree::Tree;
use super::{Finding, rust};
use syn::visit::Visit;

/// Lines of a source file at most.
pub(super) const FILE_LINES_MAX: usize = 400;
/// Lines of a function at most, from `fn` to its closing brace.
pub(super) const FUNCTION_LINES_MAX: usize = 70;
/// Columns of a line of a source at most.
pub(super) const COLUMNS_MAX: usize = 100;
/// Bytes of any file at most.
const FILE_BYTES_MAX: usize = 512 * 1024;

pub(super) fn long_files(tree: &Tree) -> Vec<Finding> {
    let too_long = tree.sources().filter_map(|file| {
        let lines = file.text.lines().count();
        (lines > FILE_LINES_MAX).then(|| Finding {
            path: file.path.clone(),
            line: 0,
            what: format!("{lines} lines; a file has at most {FILE_LINES_MAX}"),
        })
    });
    too_long.collect()
}

pub(super) fn long_lines(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.sources() {
        for (at, line) in file.text.lines().enumerate() {
            let columns = line.chars().count();
            if columns > COLUMNS_MAX {
                let what = format!("{columns} columns; a line has at most {COLUMNS_MAX}");
                findings.push(Finding { path: file.path.clone(), line: at + 1, what });
            }
        }
    }
    findings
}

pub(super) fn without_opening(tree: &Tree) -> Vec<Finding> {
    let silent = tree.sources().filter_map(|file| {
        let opens = file.text.lines().find(|line| !line.trim().is_empty());
        let opens = opens.is_some_and(|line| line.starts_with("//! "));
        (!opens).then(|| Finding {
            path: file.path.clone(),
            line: 1,
            what: "does not open with `//!`: what it is for, and what it does not do".to_owned(),
        })
    });
    silent.collect()
}

pub(super) fn blobs(tree: &Tree) -> Vec<Finding> {
    let large = tree.files().filter(|file| file.bytes > FILE_BYTES_MAX).map(|file| Finding {
        path: file.path.clone(),
        line: 0,
        what: format!("{} bytes; a file has at most {FILE_BYTES_MAX}", file.bytes),
    });
    large.collect()
}

pub(super) fn long_functions(tree: &Tree) -> Vec<Finding> {
    rust::each(tree, |file, parsed, findings| {
        let mut functions = Functions::default();
        functions.visit_file(parsed);
        for Function { name, first, last } in functions.0 {
            let lines = last - first + 1;
            if lines > FUNCTION_LINES_MAX {
                let most = FUNCTION_LINES_MAX;
                let what = format!("`{name}` has {lines} lines; a function has at most {most}");
                findings.push(Finding { path: file.path.clone(), line: first, what });
            }
        }
    })
}

struct Function {
    name: String,
    first: usize,
    last: usize,
}

#[derive(Default)]
struct Functions(Vec<Function>);

impl Functions {
    fn add(&mut self, signature: &syn::Signature, block: &syn::Block) {
        self.0.push(Function {
            name: signature.ident.to_string(),
            first: signature.fn_token.span.start().line,
            last: block.brace_token.span.close().end().line,
        });
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.add(&function.sig, &function.block);
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.add(&function.sig, &function.block);
        syn::visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.add(&function.sig, block);
        }
        syn::visit::visit_trait_item_fn(self, function);
    }
}
