//! Types as they are written: of a variable near its use, of a field, of what a function gives back.
//!
//! Never here: what a written type is. Reading goes by text, so it is a guess; a wrong word names no type of the tree.

mod around;
pub(crate) mod signature;
mod types;
mod value;
mod word;

use super::family::Family;
use around::{Around, open_bracket};
pub(crate) use types::{parse, plain_type_at_end, type_at_end};
pub(crate) use value::{chain, closing};
pub(crate) use word::{identifier_at, words};

/// What a text says about the type of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Written {
    /// A type by its name or path; empty when it is none that could have members of the tree.
    Type(String),
    /// The `index`-th value of an expression, in the form of a receiver: `Router::new()`, `self.store`.
    Value { chain: String, index: usize },
    /// One of the values that an expression holds.
    Element(String),
}

/// A text in which a name is looked for, and the place it is used at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'t> {
    pub family: Family,
    pub text: &'t str,
    /// So many bytes at the start are parameters.
    pub signature: usize,
    /// Where the name is used: what is declared before counts, and the latest of it.
    pub used_at: usize,
}

impl<'t> Scope<'t> {
    /// A declaration as a whole.
    pub(crate) fn whole(family: Family, text: &'t str) -> Scope<'t> {
        Scope { family, text, signature: 0, used_at: text.len() }
    }
}

/// What the text of `scope` says about the type of `name` where it is used.
pub(crate) fn declared(scope: Scope<'_>, name: &str) -> Option<Written> {
    let mut first = None;
    let mut latest = None;
    for at in words(scope.text, name) {
        if at >= scope.used_at && (latest.is_some() || first.is_some()) {
            break;
        }
        let around = Around {
            family: scope.family,
            before: &scope.text[..at],
            after: &scope.text[at + name.len()..],
            in_signature: at < scope.signature,
        };
        let Some(found) = around.annotated().or_else(|| around.assigned()).or_else(|| around.given()) else { continue };
        if at < scope.used_at && is_open(scope, at) {
            latest = Some(found);
        } else if at >= scope.used_at {
            first = first.or(Some(found));
        }
    }
    latest.or(first)
}

/// Whether the block of a declaration at `at` is still open where the name is used.
fn is_open(scope: Scope<'_>, at: usize) -> bool {
    if at < scope.signature || !scope.family.has_braces() {
        return true;
    }
    let is_parameter = open_bracket(&scope.text[..at]) == Some('(');
    let (mut depth, mut entered) = (0i32, false);
    for byte in scope.text.as_bytes()[at..scope.used_at.min(scope.text.len())].iter() {
        match byte {
            b'{' => {
                depth += 1;
                entered = true;
            }
            b'}' => depth -= 1,
            _ => continue,
        }
        if depth < 0 || depth == 0 && entered && is_parameter {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(family: Family, text: &str, expected: &str) {
        let scope = Scope { signature: text.find('\n').unwrap_or(0), ..Scope::whole(family, text) };
        let found = match declared(scope, "x") {
            None => "-".to_owned(),
            Some(Written::Element(chain)) => format!("in {chain}"),
            Some(Written::Type(name)) => name,
            Some(Written::Value { chain, index }) => format!("={chain}#{index}"),
        };
        assert_eq!(found, expected, "{family:?} {text:?}");
    }

    #[test]
    fn a_name_has_the_type_that_stands_beside_it() {
        let cases = [
            (Family::Rust, "fn f(x: &'a mut Arc<Store>) {\n", "Store"),
            (Family::Rust, "fn f() {\n let x: crate::a::Store = y;", "crate::a::Store"),
            (Family::Rust, "fn f() {\n let mut x = Store::new(1)?;", "=Store::new()#0"),
            (Family::Rust, "fn f() {\n if let Some(x) = self.store.get(1) {", "=self.store.get()#0"),
            (Family::Rust, "fn f() {\n S { x: y }; let x = S { a: 1 };", "=S()#0"),
            (Family::Rust, "fn f() {\n g(|x: &Store| 1)", "Store"),
            (Family::Python, "def f(x: Optional[\"Store\"] = None):\n", "Store"),
            (Family::Python, "def f():\n    if x:\n        pass\n    x = Store(1)\n", "=Store()#0"),
            (Family::Python, "def f():\n    with open_store() as x:\n", "=open_store()#0"),
            (Family::Python, "def f():\n    x: list[Store] = []\n", "[]Store"),
            (Family::Python, "def f():\n    for x in self.all():\n", "in self.all()"),
            (Family::Rust, "fn f() {\n for x in &self.items {", "in self.items"),
            (Family::Rust, "fn f() {\n self.items.iter().map(|x| 1)", "in self.items.iter()"),
            (Family::Rust, "fn f(x: &[Store]) {\n", "[]Store"),
            (Family::Rust, "fn f() {\n { let x = A::new(); } let x = B::new();", "=B::new()#0"),
            (Family::Script, "function f() {\n xs.map((x) => 1)", "in xs"),
            (Family::Go, "func f() {\n\tfor _, x := range c.all() {\n", "in c.all()"),
            (Family::Go, "func f(x map[string]*Store) {\n", "[]Store"),
            (Family::Go, "func f(x A) {\n\tg(func(x B) {\n\t})\n\t", "A"),
            (Family::Script, "function f(a: A, x?: Store | null) {\n", "Store"),
            (Family::Script, "function f() {\n const x = await new Store(a, b);", "=Store()#0"),
            (Family::Script, "function f() {\n g({ x: y })", "-"),
            (Family::Script, "function f(x: Store[]) {\n", "[]Store"),
            (Family::Go, "func f(a, x *chi.Mux) error {\n", "chi.Mux"),
            (Family::Go, "func f(x, b Store) error {\n", "Store"),
            (Family::Go, "func f() {\n\tx, err := NewStore(1)\n", "=NewStore()#0"),
            (Family::Go, "func f() {\n\ta, x := g()\n", "=g()#1"),
            (Family::Go, "func f() {\n\tx := &Store{}\n", "=Store()#0"),
            (Family::Go, "func f() {\n\tvar x Store\n", "Store"),
            (Family::Go, "func f(x []Store) {\n", "[]Store"),
            (Family::Jvm, "void f(final List<A> y, Store x) {\n", "Store"),
            (Family::Jvm, "void f() {\n return x; }", "-"),
            (Family::Jvm, "void f() {\n var x = new Store<>(a);", "=Store()#0"),
            (Family::Jvm, "fun f(x: Store) {\n", "Store"),
            (Family::Jvm, "void f(Store[] x) {\n", "[]Store"),
            (Family::C, "int f(const struct store *x) {\n", "store"),
            (Family::C, "int f() {\n ns::Store<int> x(1);", "ns::Store"),
            (Family::C, "int f() {\n a * x;", "a"),
            (Family::Php, "function f(?Store $x) {\n", "Store"),
            (Family::Php, "function f() {\n $x = new Store();", "=Store()#0"),
        ];
        for (family, text, expected) in cases {
            check(family, text, expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "[xyA-C.:=(){}<>,&*\\[\\] |\n\"'é-]{0,40}") {
            for family in [Family::Rust, Family::Python, Family::Script, Family::Go, Family::Jvm, Family::C] {
                let scope = Scope { signature: text.len() / 2, ..Scope::whole(family, &text) };
                let _ = declared(scope, "x");
                let _ = signature::results(family, &text, "x");
            }
        }
    }
}
