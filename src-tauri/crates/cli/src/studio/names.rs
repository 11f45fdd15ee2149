//! How people name a job or a take: by the end of its id.

use anyhow::bail;
use gallop_protocol::Id;

use crate::error::usage;

/// As few characters are taken for a name.
const SHORTEST: usize = 4;

/// The one of `known` whose id is or ends in `name`.
pub fn find(what: &str, name: &str, known: impl IntoIterator<Item = Id>) -> anyhow::Result<Id> {
    let name = name.trim().to_ascii_lowercase();
    if name.len() < SHORTEST {
        return Err(usage(format!(
            "`{name}` is too short to name a {what}; give at least {SHORTEST} characters of its id"
        )));
    }
    let mut found: Vec<_> = known.into_iter().filter(|id| id.to_string().ends_with(&name)).collect();
    found.sort_unstable();
    found.dedup();
    match found[..] {
        [one] => Ok(one),
        [] => bail!("there is no {what} `{name}`"),
        _ => bail!("`{name}` is the end of {} ids; give more of the {what}'s", found.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_enough_where_it_is_the_only_one() {
        let ids: Vec<Id> = ["00000000-0000-7000-8000-00000000abcd", "00000000-0000-7000-8000-00000001abcd"]
            .iter()
            .map(|text| text.parse().expect("id"))
            .collect();
        let find = |name: &str| find("job", name, ids.clone());
        assert_eq!(find("0000ABCD").expect("one"), ids[0]);
        assert_eq!(find(&ids[1].to_string()).expect("one"), ids[1]);
        for (bad, said) in [("abcd", "2 ids"), ("ffff", "no job"), ("cd", "too short")] {
            let error = find(bad).expect_err(bad).to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
