//! The TypeScript of the call table.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ts_rs::{Config, TS, TypeVisitor};

use super::event::Event;
use super::table::{self, Call, Visitor};
use super::value::CallError;

const HEAD: &str = "\
// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */
";

/// The file `ui/src/backend/bindings.ts`: each type of the table, [`Event`], and `Calls`, which names the arguments and the
/// result of every call.
pub fn typescript() -> String {
    // Identifiers, sizes and times are far below 2^53; so is every seed that the studio takes.
    let config = Config::new().with_large_int("number");
    let mut book = Book { config: &config, types: BTreeMap::new(), calls: String::new() };
    table::visit(&mut book);
    book.add::<Event>();
    book.add::<CallError>();
    book.add::<crate::take::Peaks>();
    let mut text = HEAD.to_owned();
    for (docs, declaration) in book.types.values() {
        write!(text, "\n{docs}export {declaration}\n").ok();
    }
    write!(text, "\n/** The calls of the studio. */\nexport interface Calls {{\n{}}}\n", book.calls).ok();
    text
}

/// What was seen of the types.
struct Book<'a> {
    config: &'a Config,
    /// Documentation and declaration by name.
    types: BTreeMap<String, (String, String)>,
    calls: String,
}

impl Book<'_> {
    fn add<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_some() {
            let name = T::ident(self.config);
            if self.types.contains_key(&name) {
                return;
            }
            let docs = T::docs().unwrap_or_default();
            self.types.insert(name, (docs, T::decl(self.config)));
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
