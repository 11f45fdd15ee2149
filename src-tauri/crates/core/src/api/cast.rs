//! The cast.

use serde::Deserialize;
use ts_rs::TS;

use super::studio::Studio;
use super::value::Named;
use crate::project::{Character, Edit};
use crate::{Code, coded};

/// A character as it shall be.
#[derive(Debug, Clone, PartialEq, Deserialize, TS)]
#[ts(rename = "CastPutArgs")]
pub struct PutArgs {
    /// The character.
    pub character: Character,
}

pub(super) fn put(studio: &Studio, args: PutArgs) -> anyhow::Result<()> {
    let character = Character { name: args.character.name.trim().to_owned(), ..args.character };
    let edit = Edit::merging("Edit a character", format!("character {}", character.id));
    studio.change(|open| {
        open.edit(edit, |data| {
            super::shot::check_media(data, &character.picture)?;
            match data.cast.iter_mut().find(|known| known.id == character.id) {
                Some(known) => *known = character,
                None => data.cast.push(character),
            }
            Ok(())
        })
    })
}

pub(super) fn remove(studio: &Studio, args: Named) -> anyhow::Result<()> {
    studio.change(|open| {
        open.edit("Remove a character", |data| {
            let before = data.cast.len();
            data.cast.retain(|character| character.id != args.id);
            if data.cast.len() == before {
                return Err(coded(Code::Input, format!("there is no character {} in the cast", args.id)));
            }
            Ok(())
        })
    })
}
