//! Tables of routes as large applications have them, and the requests that are asked of them.
//!
//! Five routes a resource: two on `/api/v1/orders`, a parameter, a nested resource, and two parameters; every tenth
//! resource has a folder of files too. All names have five letters, so that requests to the first and the
//! last resource differ in nothing but where their routes stand.

/// A table: method and path, in path-to-regexp's syntax, in the order of registration.
pub struct Mix {
    pub routes: Vec<(&'static str, String)>,
    resources: usize,
}

/// Which requests are asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Asked {
    /// The routes of the first resource.
    First,
    /// Those of the last, the worst position.
    Last,
    /// Those of resources all over the table, one after another.
    Spread,
    /// Paths that have no route: an unknown resource, an unknown part of a known one, too deep, too short.
    Miss,
}

impl Asked {
    pub const ALL: [Self; 4] = [Self::First, Self::Last, Self::Spread, Self::Miss];

    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
            Self::Spread => "spread",
            Self::Miss => "miss",
        }
    }
}

/// A name of five letters for each number, with no order in them.
fn name(number: usize) -> String {
    // 7^5 is prime to 26^5, so no two numbers have one name.
    let mut rest = (number + 1) * 16_807 % 11_881_376;
    let letter = |_| {
        let letter = b'a' + (rest % 26) as u8;
        rest /= 26;
        char::from(letter)
    };
    (0..5).map(letter).collect()
}

impl Mix {
    /// A table of so many routes, at least five.
    pub fn new(count: usize) -> Self {
        let mut routes = Vec::new();
        let mut resources = 0;
        while routes.len() + 5 <= count {
            let resource = name(resources);
            routes.push(("GET", format!("/api/v1/{resource}")));
            routes.push(("POST", format!("/api/v1/{resource}")));
            routes.push(("GET", format!("/api/v1/{resource}/:id")));
            routes.push(("GET", format!("/api/v1/{resource}/:id/items")));
            routes.push(("GET", format!("/api/v1/{resource}/:id/items/:item")));
            if resources % 10 == 9 && routes.len() < count {
                routes.push(("GET", format!("/files/{resource}/*path")));
            }
            resources += 1;
        }
        let more = routes.len()..count;
        routes.extend(more.map(|at| ("GET", format!("/pages/{}", name(at)))));
        Self { routes, resources }
    }

    /// The paths of `GET` requests, so that each round asks for the same shapes and lengths in every table.
    pub fn paths(&self, asked: Asked) -> Vec<String> {
        let four = |resource: usize| {
            let base = format!("/api/v1/{}", name(resource));
            ["", "/123456", "/123456/items", "/123456/items/9"].map(|rest| base.clone() + rest)
        };
        match asked {
            Asked::First => four(0).into(),
            Asked::Last => four(self.resources - 1).into(),
            Asked::Spread => {
                let step = (self.resources / 16).max(1);
                (0..16).flat_map(|at| four(at * step * 7 % self.resources)).collect()
            }
            Asked::Miss => {
                let last = name(self.resources - 1);
                let unknown = [
                    "/api/v1/zzzz0".to_owned(),
                    "/api/v1/zzzz0/123456".to_owned(),
                    format!("/api/v1/{last}/123456/other"),
                    format!("/api/v1/{last}/123456/items/9/more"),
                    "/api/v1".to_owned(),
                    "/other/v1/zzzz0".to_owned(),
                ];
                unknown.into()
            }
        }
    }
}
