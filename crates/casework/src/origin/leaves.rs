//! The leaves of a value and the paths that lead to them. It labels nothing.

use super::{Origin, Value, path_part};
use serde_json::Value as Json;

impl Value {
    /// The paths of this data that a path with `*` in it stands for; itself when there is none.
    pub fn matching(&self, path: &str) -> Vec<String> {
        let mut found = vec![String::new()];
        for part in path.split('.').filter(|part| !part.is_empty()) {
            let below = |at: &String| match part {
                "*" => self.keys_at(at),
                part => vec![part.to_owned()],
            };
            let join = |at: &String, key: String| match at.as_str() {
                "" => key,
                at => format!("{at}.{key}"),
            };
            found = found
                .iter()
                .flat_map(|at| below(at).into_iter().map(move |key| join(at, key)))
                .collect();
        }
        found
    }

    fn keys_at(&self, path: &str) -> Vec<String> {
        match self.at(path).as_ref().map(Value::data) {
            Some(Json::Array(items)) => (0..items.len()).map(|at| at.to_string()).collect(),
            Some(Json::Object(map)) => map.keys().map(|key| path_part(key).into_owned()).collect(),
            _ => Vec::new(),
        }
    }

    /// Each leaf with its dotted path and its origin, in the order of the data.
    pub fn each_leaf(&self, seen: &mut dyn FnMut(&Json, &str, Origin)) {
        self.visit_leaves(&self.data, &mut String::new(), &mut |leaf, path| {
            seen(leaf, path, self.label(path));
        });
    }

    /// The best origin of a leaf equal to `wanted`; none when no leaf is.
    pub fn origin_of_leaf(&self, wanted: &Json) -> Option<Origin> {
        let mut best = None;
        self.each_leaf(&mut |leaf, _, origin| {
            if leaf == wanted {
                best = Some(best.map_or(origin, |known: Origin| known.min(origin)));
            }
        });
        best
    }
}
