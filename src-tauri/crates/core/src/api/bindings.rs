//! The TypeScript of the call table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ts_rs::{Config, TS, TypeVisitor};

use super::event::Event;
use super::table::{self, Call, Visitor};
use super::value::Refusal;

const HEAD: &str = "\
// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */
";

/// The file `ui/src/backend/bindings.ts`: each type of the table, [`Event`], and `Calls`, which names the arguments and the
/// result of every call.
pub fn typescript() -> String {
    // Identifiers, sizes and times are far below 2^53; so is every seed that the studio takes.
    let config = Config::new().with_large_int("number");
    let mut book = Book { config: &config, types: BTreeMap::new(), calls: String::new(), clashes: Vec::new() };
    table::visit(&mut book);
    book.add::<Event>();
    book.add::<Refusal>();
    book.add::<crate::take::Peaks>();
    assert!(book.clashes.is_empty(), "two types have the same name in TypeScript: {}", book.clashes.join(", "));
    let mut text = HEAD.to_owned();
    for (docs, declaration) in book.types.values() {
        write!(text, "\n{}export {}\n", comments(docs), comments(&indented(declaration))).ok();
    }
    write!(text, "\n/** The calls of the studio. */\nexport interface Calls {{\n{}}}\n", book.calls).ok();
    text
}

/// Comments of one line on one line.
fn comments(text: &str) -> String {
    let mut tidy = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("/**\n") {
        let (before, comment) = rest.split_at(at);
        tidy.push_str(before);
        let Some(end) = comment.find("*/") else { break };
        let (comment, behind) = comment.split_at(end + 2);
        let lines: Vec<_> = comment.lines().map(str::trim).collect();
        match lines.as_slice() {
            ["/**", line, "*/"] => write!(tidy, "/**{} */", line.trim_start_matches('*')).ok(),
            _ => write!(tidy, "{comment}").ok(),
        };
        rest = behind;
    }
    tidy + rest
}

/// Each field on a line of its own, moved in.
fn indented(declaration: &str) -> String {
    let mut lines = declaration.lines().map(str::trim_end);
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |text, line| {
        let line = line.strip_suffix(", };").map_or_else(|| line.to_owned(), |line| format!("{line},\n}};"));
        format!("{text}\n  {line}")
    })
}

/// What was seen of the types.
struct Book<'a> {
    config: &'a Config,
    /// Documentation and declaration by name.
    types: BTreeMap<String, (String, String)>,
    calls: String,
    /// Names that two different types have.
    clashes: Vec<String>,
}

impl Book<'_> {
    fn add<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_some() {
            let (name, declaration) = (T::ident(self.config), T::decl(self.config));
            match self.types.get(&name) {
                Some((_, known)) if *known == declaration => return,
                // One of them would be gone, and nobody would know.
                Some(_) => self.clashes.push(name.clone()),
                None => {}
            }
            self.types.insert(name, (T::docs().unwrap_or_default(), declaration));
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

impl TypeVisitor for Book<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        self.add::<T>();
    }
}

impl Visitor for Book<'_> {
    fn call<A: TS + 'static, R: TS + 'static>(&mut self, call: Call) {
        self.add::<A>();
        self.add::<R>();
        let (arguments, result) = (A::name(self.config), R::name(self.config));
        let Call { name, about } = call;
        write!(self.calls, "  /**{about} */\n  \"{name}\": {{ args: {arguments}; result: {result} }};\n").ok();
    }
}
