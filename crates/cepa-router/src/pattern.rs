//! [`Pattern`]: the grammar of paths, which is that of path-to-regexp 8 and has constraints besides.
//!
//! | written | means |
//! |---|---|
//! | `:name` | one or more characters up to the next `/` |
//! | `:"any name"` | the same, under a name that is no identifier |
//! | `:name<u64>` | the same, when the value fits: the table of `constraint` |
//! | `*name` | one or more characters, `/` among them |
//! | `{ .. }` | an optional part; may nest and hold parameters |
//! | `\x` | the character x itself |
//! | `( ) [ ] + ? !` | reserved: an error, so that the older syntax is never misread |
//!
//! A pattern is parsed into a tree of tokens and expanded into *alternatives*: flat lists of text,
//! parameters and wildcards, the ones with an optional part before those without it. [`Shape`]
//! compiles an alternative; this file knows nothing of matching.
//!
//! Invariants: every alternative is empty or begins with `/`; two captures never touch; no name stands
//! twice in an alternative; there are at most [`MAX_ALTERNATIVES`] of them. Text is in the form that
//! it has in a request line, percent-encoded as browsers do it, so that `/café` matches
//! `/caf%C3%A9`; other escapes are compared as they are written.
//!
//! Not done: identifiers are letters, digits, `_` and `$` in Unicode's sense of letter and digit, which
//! is a little wider than JavaScript's rule; it needs no table.
//!
//! [`Shape`]: crate::shape::Shape

use std::sync::Arc;

use http_grammar::percent::{Part, percent_encode};

use crate::constraint::Constraint;

/// How many combinations of optional parts a pattern may have.
pub(crate) const MAX_ALTERNATIVES: usize = 256;

/// A parsed path pattern, such as `/users/:id{/posts}`.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    source: String,
    tokens: Vec<Token>,
    /// Whether the slash at the end is the root of a router that has a prefix.
    index: bool,
}

/// An element of a pattern as it was written.
#[derive(Clone, Debug)]
pub(crate) enum Token {
    Text { text: String, sensitive: bool },
    Capture { name: Arc<str>, wild: bool, fits: Option<Constraint> },
    Group(Vec<Token>),
}

/// One element of an alternative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Percent-encoded text, and whether its case matters.
    Text { text: String, sensitive: bool },
    /// A parameter, perhaps with a constraint, or a wildcard when `wild`.
    Capture { name: Arc<str>, wild: bool, fits: Option<Constraint> },
}

/// A pattern without its optional parts: text and captures in turn.
pub(crate) type Alternative = Vec<Piece>;

impl Pattern {
    /// Parses a pattern.
    ///
    /// # Errors
    /// What is wrong, where, and what to write instead.
    pub(crate) fn parse(source: &str) -> Result<Self, String> {
        let mut parser = Parser { chars: source.chars().collect(), at: 0 };
        let tokens = parser.tokens(0).map_err(|problem| wrong(source, &problem))?;
        let pattern = Self { source: source.to_owned(), tokens, index: false };
        pattern.check()?;
        Ok(pattern)
    }

    /// The pattern as it was written, with the prefixes that stand before it.
    pub(crate) fn as_str(&self) -> &str {
        &self.source
    }

    pub(crate) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The names of the parameters that every path of it has.
    pub(crate) fn required(&self) -> Vec<Arc<str>> {
        let name = |token: &Token| match token {
            Token::Capture { name, .. } => Some(name.clone()),
            Token::Text { .. } | Token::Group(_) => None,
        };
        self.tokens.iter().filter_map(name).collect()
    }

    /// The names of its parameters, each once, in the order of the path.
    pub(crate) fn names(&self) -> Vec<Arc<str>> {
        fn collect(tokens: &[Token], names: &mut Vec<Arc<str>>) {
            for token in tokens {
                match token {
                    Token::Capture { name, .. } if !names.contains(name) => {
                        names.push(name.clone());
                    }
                    Token::Group(inner) => collect(inner, names),
                    Token::Capture { .. } | Token::Text { .. } => {}
                }
            }
        }
        let mut names = Vec::new();
        collect(&self.tokens, &mut names);
        names
    }

    /// This pattern followed by `rest`, as a prefix is: one slash at its end is dropped.
    pub(crate) fn join(&self, rest: &Self) -> Result<Self, String> {
        let mut joined = self.clone();
        joined.drop_slash();
        joined.index = rest.index || rest.source == "/";
        joined.source.push_str(&rest.source);
        joined.tokens.extend_from_slice(&rest.tokens);
        joined.check()?;
        Ok(joined)
    }

    /// The pattern that is matched: `/` under a prefix is the prefix itself, unless slashes count.
    pub(crate) fn settled(mut self, strict: bool) -> Self {
        if self.index && !strict {
            self.drop_slash();
        }
        self
    }

    fn drop_slash(&mut self) {
        if self.source.ends_with('/')
            && let Some(Token::Text { text, .. }) = self.tokens.last_mut()
        {
            text.pop();
            self.source.pop();
        }
    }

    /// The same pattern, whose text must match in upper and lower case too.
    pub(crate) fn sensitive(mut self) -> Self {
        fn set(tokens: &mut [Token]) {
            for token in tokens {
                match token {
                    Token::Text { sensitive, .. } => *sensitive = true,
                    Token::Group(tokens) => set(tokens),
                    Token::Capture { .. } => {}
                }
            }
        }
        set(&mut self.tokens);
        self
    }

    /// Every combination of optional parts, those with a part before those without it.
    pub(crate) fn alternatives(&self) -> Vec<Alternative> {
        let mut done = vec![Alternative::new()];
        expand(&self.tokens, &mut done);
        done
    }

    fn check(&self) -> Result<(), String> {
        let wrong = |problem: &str| Err(wrong(&self.source, problem));
        if count(&self.tokens) > MAX_ALTERNATIVES {
            return wrong(&format!(
                "its optional parts have more than {MAX_ALTERNATIVES} combinations; \
                 register some of them as routes of their own"
            ));
        }
        for alternative in self.alternatives() {
            match alternative.first() {
                None => {}
                Some(Piece::Text { text, .. }) if text.starts_with('/') => {}
                Some(_) => return wrong("it must begin with `/`"),
            }
            let mut names: Vec<&Arc<str>> = Vec::new();
            let mut touching = None;
            for piece in &alternative {
                touching = match piece {
                    Piece::Text { .. } => None,
                    Piece::Capture { name, .. } => {
                        if let Some(before) = touching {
                            return wrong(&format!(
                                "missing text between the parameters {before:?} and {name:?}"
                            ));
                        }
                        if names.contains(&name) {
                            return wrong(&format!(
                                "the parameter {name:?} stands in it twice; rename one of them"
                            ));
                        }
                        names.push(name);
                        Some(name)
                    }
                };
            }
        }
        Ok(())
    }
}

fn count(tokens: &[Token]) -> usize {
    tokens.iter().fold(1, |product: usize, token| match token {
        Token::Group(inner) => product.saturating_mul(count(inner).saturating_add(1)),
        _ => product,
    })
}

/// Appends `tokens` to every alternative in `done`, in all their combinations.
fn expand(tokens: &[Token], done: &mut Vec<Alternative>) {
    for token in tokens {
        match token {
            Token::Text { text, sensitive } => {
                for alternative in &mut *done {
                    match alternative.last_mut() {
                        Some(Piece::Text { text: known, sensitive: case }) if case == sensitive => {
                            known.push_str(text);
                        }
                        _ if text.is_empty() => {}
                        _ => alternative
                            .push(Piece::Text { text: text.clone(), sensitive: *sensitive }),
                    }
                }
            }
            Token::Capture { name, wild, fits } => {
                for alternative in &mut *done {
                    let (name, fits) = (name.clone(), fits.clone());
                    alternative.push(Piece::Capture { name, wild: *wild, fits });
                }
            }
            Token::Group(inner) => {
                let mut both = Vec::new();
                for alternative in done.drain(..) {
                    let mut with = vec![alternative.clone()];
                    expand(inner, &mut with);
                    both.append(&mut with);
                    both.push(alternative);
                }
                *done = both;
            }
        }
    }
}

/// How deep optional parts may nest; each level is one of at least as many alternatives.
const MAX_DEPTH: usize = MAX_ALTERNATIVES;

struct Parser {
    chars: Vec<char>,
    at: usize,
}

impl Parser {
    /// Tokens up to the end, or up to the `}` that closes this depth.
    fn tokens(&mut self, depth: usize) -> Result<Vec<Token>, String> {
        let mut tokens = Vec::new();
        let mut text = String::new();
        loop {
            let start = self.at;
            let special = match self.chars.get(self.at).copied() {
                None if depth > 0 => {
                    return Err(format!("unexpected end at index {start}, expected `}}`"));
                }
                None => break,
                Some('}') if depth > 0 => break,
                Some('{') if depth == MAX_DEPTH => {
                    return Err(format!("optional parts nest too deep at index {start}"));
                }
                Some('{') => {
                    self.at += 1;
                    let inner = self.tokens(depth + 1)?;
                    self.at += 1;
                    Token::Group(inner)
                }
                Some(sigil @ (':' | '*')) => {
                    self.at += 1;
                    let name = self.name(sigil)?.into();
                    let wild = sigil == '*';
                    Token::Capture { name, wild, fits: self.constraint(wild)? }
                }
                Some('\\') => {
                    let Some(&escaped) = self.chars.get(self.at + 1) else {
                        return Err(format!("unexpected end after `\\` at index {start}"));
                    };
                    self.at += 2;
                    encode(escaped, &mut text);
                    continue;
                }
                Some(reserved @ ('}' | '(' | ')' | '[' | ']' | '+' | '?' | '!')) => {
                    return Err(unexpected(reserved, start));
                }
                Some('%') => {
                    self.escape(&mut text);
                    continue;
                }
                Some(other) => {
                    self.at += 1;
                    encode(other, &mut text);
                    continue;
                }
            };
            if !text.is_empty() {
                tokens.push(Token::Text { text: std::mem::take(&mut text), sensitive: false });
            }
            tokens.push(special);
        }
        if !text.is_empty() {
            tokens.push(Token::Text { text, sensitive: false });
        }
        Ok(tokens)
    }

    fn name(&mut self, sigil: char) -> Result<String, String> {
        let start = self.at;
        let mut name = String::new();
        if self.chars.get(self.at) == Some(&'"') {
            loop {
                self.at += 1;
                match self.chars.get(self.at) {
                    Some('"') => break,
                    Some('\\') if self.at + 1 < self.chars.len() => {
                        self.at += 1;
                        name.push(self.chars[self.at]);
                    }
                    Some(&other) => name.push(other),
                    None => return Err(format!("unterminated quote at index {start}")),
                }
            }
            self.at += 1;
        } else {
            while let Some(&next) = self.chars.get(self.at) {
                let starts = next.is_alphabetic() || matches!(next, '_' | '$');
                if !(starts || !name.is_empty() && next.is_alphanumeric()) {
                    break;
                }
                name.push(next);
                self.at += 1;
            }
        }
        if name.is_empty() {
            let escaped = format!("write `\\{sigil}` for the character itself");
            return Err(format!("missing parameter name at index {start}; {escaped}"));
        }
        Ok(name)
    }

    fn constraint(&mut self, wild: bool) -> Result<Option<Constraint>, String> {
        if self.chars.get(self.at) != Some(&'<') {
            return Ok(None);
        }
        if wild {
            let problem = "a wildcard has no constraint; write `\\<` for the character itself";
            return Err(format!("unexpected `<` at index {}; {problem}", self.at));
        }
        self.at += 1;
        Constraint::parse(&self.chars, &mut self.at).map(Some)
    }

    /// A `%`: kept with two hex digits after it, else a percent sign that must itself be escaped.
    fn escape(&mut self, text: &mut String) {
        let is_hex = |at: usize| self.chars.get(at).is_some_and(char::is_ascii_hexdigit);
        let kept = is_hex(self.at + 1) && is_hex(self.at + 2);
        text.push_str(if kept { "%" } else { "%25" });
        self.at += 1;
    }
}

/// Writes a character as browsers send it in a path.
fn encode(c: char, text: &mut String) {
    text.extend(percent_encode(c.encode_utf8(&mut [0; 4]), Part::Path));
}

fn wrong(pattern: &str, problem: &str) -> String {
    format!("bad path pattern {pattern:?}: {problem}")
}

fn unexpected(c: char, at: usize) -> String {
    let instead = match c {
        '?' => "write `{/:name}` for an optional part, or ",
        '+' => "write `*name` for one or more segments, or ",
        '(' | ')' => "patterns hold no regular expressions, write ",
        _ => "write ",
    };
    format!("unexpected `{c}` at index {at}; {instead}`\\{c}` for the character itself")
}
