//! Lifted lints: each says why. Whether the reason is a good one, a reader decides.

use super::tree::Tree;
use super::{Finding, rust};
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;

pub(super) fn without_reason(tree: &Tree) -> Vec<Finding> {
    rust::each(tree, |file, parsed, findings| {
        let mut lifted = Lifted::default();
        lifted.visit_file(parsed);
        findings.extend(
            lifted.0.into_iter().map(|line| Finding {
                path: file.path.clone(),
                line,
                what: "a lint is lifted without a reason: write `#[expect(…, reason = \"…\")]`"
                    .to_owned(),
            }),
        );
    })
}

/// Lines of lifted lints without a reason.
#[derive(Default)]
struct Lifted(Vec<usize>);

impl<'ast> Visit<'ast> for Lifted {
    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            let path = &list.path;
            let lifts = path.is_ident("allow") || path.is_ident("expect");
            let words = words(list.tokens.clone());
            let within = path.is_ident("cfg_attr")
                && words.iter().any(|word| word == "allow" || word == "expect");
            if (lifts || within) && !words.iter().any(|word| word == "reason") {
                self.0.push(attribute.pound_token.span.start().line);
            }
        }
    }
}

fn words(tokens: TokenStream) -> Vec<String> {
    let mut words = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => words.extend(self::words(group.stream())),
            TokenTree::Ident(word) => words.push(word.to_string()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    words
}
