//! Sources as the compiler reads them, for the checks that must tell code from text. What a macro
//! makes of its input is not known here.

use super::Finding;
use super::tree::{SourceFile, Tree};
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit;

/// Parses each source and lets `look` add what it finds; a source that does not parse is a finding.
pub(super) fn each(
    tree: &Tree,
    mut look: impl FnMut(&SourceFile, &syn::File, &mut Vec<Finding>),
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.sources() {
        match syn::parse_file(&file.text) {
            Ok(parsed) => look(file, &parsed, &mut findings),
            Err(error) => findings.push(Finding {
                path: file.path.clone(),
                line: error.span().start().line,
                what: format!("cannot be parsed: {error}"),
            }),
        }
    }
    findings
}

/// Whether something is compiled for tests only.
pub(super) fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

/// The texts in a source outside its tests, in macros too, with their lines.
pub(super) fn texts(parsed: &syn::File) -> Vec<(usize, String)> {
    let mut texts = Texts::default();
    texts.visit_file(parsed);
    texts.0
}

#[derive(Default)]
struct Texts(Vec<(usize, String)>);

impl Texts {
    fn take(&mut self, text: &syn::LitStr) {
        self.0.push((text.span().start().line, text.value()));
    }

    fn take_tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.take_tokens(group.stream()),
                TokenTree::Literal(literal) => {
                    if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                        self.take(&text);
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Texts {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_for_tests(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.take(text);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.take_tokens(call.tokens.clone());
    }
}
