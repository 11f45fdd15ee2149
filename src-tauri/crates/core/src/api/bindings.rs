//! The TypeScript of the call table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use ts_rs::{Config, TS, TypeVisitor};

use super::event::Event;
use super::table::{self, Call, Visitor};
use super::value::Refusal;

const HEAD: &str = "\
// Written by `cargo xtask bindings` from the call table in src-tauri/crates/core/src/api. Do not edit.
/* eslint-disable */
";
/// What several areas use, and what all of it comes together in.
const SHARED: &str = "shared";
const INDEX: &str = "index";

/// The files of the folder `ui/src/backend/bindings` by their names. Each area of calls, as `shot` of `shot.add`, has one with
/// the types that it alone uses and an interface that names the arguments and the result of every call; those of all areas are
/// `Calls` in the index, where [`Event`] stands too.
pub fn typescript() -> BTreeMap<String, String> {
    // Identifiers, sizes and times are far below 2^53; so is every seed that the studio takes.
    let config = Config::new().with_large_int("number");
    let mut book =
        Book { config: &config, types: BTreeMap::new(), areas: BTreeMap::new(), clashes: Vec::new(), area: None };
    table::visit(&mut book);
    book.area = Some(SHARED);
    book.add::<Refusal>();
    book.area = None;
    book.add::<Event>();
    book.add::<crate::take::Peaks>();
    assert!(book.clashes.is_empty(), "two types have the same name in TypeScript: {}", book.clashes.join(", "));
    let files = book.areas.keys().chain([&SHARED]).map(|name| (*name, book.file(name)));
    files.chain([(INDEX, book.index())]).map(|(name, text)| (format!("{name}.ts"), text)).collect()
}

/// The lines that bring types of other files.
fn imports(used: &BTreeMap<&str, BTreeSet<String>>) -> String {
    let line = |(file, names): (&&str, &BTreeSet<String>)| {
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        format!("\nimport type {{ {} }} from \"./{file}\";", names.join(", "))
    };
    let lines: String = used.iter().map(line).collect();
    if lines.is_empty() { lines } else { lines + "\n" }
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

/// The words of declarations, not those of their comments.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let code = text.split("/**").enumerate();
    let code =
        code.filter_map(|(at, part)| if at == 0 { Some(part) } else { part.split_once("*/").map(|(_, code)| code) });
    code.flat_map(|code| code.split(|letter: char| !letter.is_alphanumeric() && letter != '_'))
}

/// The interface of an area's calls.
fn interface(area: &str) -> String {
    let (first, rest) = area.split_at(1);
    format!("{}{rest}Calls", first.to_uppercase())
}

/// A type as it was seen.
struct Seen {
    docs: String,
    declaration: String,
    /// From which areas, or from none.
    from: BTreeSet<Option<&'static str>>,
}

impl Seen {
    /// The file that it stands in.
    fn file(&self) -> &'static str {
        let mut areas = self.from.iter().flatten();
        match (areas.next(), areas.next()) {
            (None, _) => INDEX,
            (Some(area), None) => area,
            (Some(_), Some(_)) => SHARED,
        }
    }
}

/// What was seen of the types.
struct Book<'a> {
    config: &'a Config,
    types: BTreeMap<String, Seen>,
    /// Calls by their area.
    areas: BTreeMap<&'static str, String>,
    /// Names that two different types have.
    clashes: Vec<String>,
    /// The area that is being looked into.
    area: Option<&'static str>,
}

impl Book<'_> {
    fn add<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_some() {
            let (name, declaration) = (T::ident(self.config), T::decl(self.config));
            let seen = self.types.entry(name.clone()).or_insert_with(|| Seen {
                docs: T::docs().unwrap_or_default(),
                declaration: declaration.clone(),
                from: BTreeSet::new(),
            });
            if seen.declaration != declaration {
                // One of them would be gone, and nobody would know.
                self.clashes.push(name);
            }
            if !seen.from.insert(self.area) {
                return;
            }
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }

    /// The file of an area, or of what several share.
    fn file(&self, name: &str) -> String {
        let calls = self
            .areas
            .get(name)
            .map(|calls| format!("\n/** Its calls. */\nexport interface {} {{\n{calls}}}\n", interface(name)));
        format!("{HEAD}{}{}{}", imports(&self.used(name)), self.declared(name), calls.unwrap_or_default())
    }

    /// What all of it comes together in.
    fn index(&self) -> String {
        let mut used = self.used(INDEX);
        for area in self.areas.keys() {
            used.entry(area).or_default().insert(interface(area));
        }
        let files = self.areas.keys().chain([&SHARED]);
        let files: String = files.map(|file| format!("export type * from \"./{file}\";\n")).collect();
        let all: Vec<_> = self.areas.keys().map(|area| interface(area)).collect();
        let calls = format!("/** The calls of the studio. */\nexport interface Calls extends {} {{}}", all.join(", "));
        format!("{HEAD}{}\n{files}{}\n{calls}\n", imports(&used), self.declared(INDEX))
    }

    /// What a file uses of others, by their names.
    fn used(&self, name: &str) -> BTreeMap<&str, BTreeSet<String>> {
        let declarations = self.types.values().filter(|seen| seen.file() == name).map(|seen| &seen.declaration);
        let mut used: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for word in declarations.chain(self.areas.get(name)).flat_map(|text| words(text)) {
            if let Some(file) = self.types.get(word).map(Seen::file).filter(|file| *file != name) {
                used.entry(file).or_default().insert(word.to_owned());
            }
        }
        used
    }

    /// The types of a file.
    fn declared(&self, name: &str) -> String {
        let types = self.types.values().filter(|seen| seen.file() == name);
        let text = |Seen { docs, declaration, .. }: &Seen| {
            format!("\n{}export {}\n", comments(docs), comments(&indented(declaration)))
        };
        types.map(text).collect()
    }
}

impl TypeVisitor for Book<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        self.add::<T>();
    }
}

impl Visitor for Book<'_> {
    fn call<A: TS + 'static, R: TS + 'static>(&mut self, call: Call) {
        let Call { name, about } = call;
        let (area, _) = name.split_once('.').unwrap_or((name, ""));
        self.area = Some(area);
        self.add::<A>();
        self.add::<R>();
        let (arguments, result) = (A::name(self.config), R::name(self.config));
        let calls = self.areas.entry(area).or_default();
        write!(calls, "  /**{about} */\n  \"{name}\": {{ args: {arguments}; result: {result} }};\n").ok();
    }
}
