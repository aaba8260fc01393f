//! Settings that are one choice among a few: channels, limits, language, mode.

use std::time::Duration;

use super::state::Subject;
use super::text::{Choice, Figures, PanelText};
use super::visit::{Page, Visit};
use super::walk;
use super::word::{ModeWord, Word};
use crate::administration::detail::Detail;
use crate::administration::settings::Strictness;
use crate::verification::Language;
use crate::verification::effect::Channel;
use crate::verification::gate::Mode;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Whoever has not passed by then is removed, if nothing else is chosen.
const REMOVE_AFTER: Duration = DAY;

// Channels.

pub(super) fn channels_page(visit: &Visit<'_, '_, '_>) -> Option<Page> {
    let settings = visit.settings()?;
    let house = &visit.turn.facts.house.channels;
    let chosen = settings.channels;
    let wanted = |channel: &Channel| chosen.as_ref().is_none_or(|only| only.contains(channel));
    let now: Vec<Channel> = house.iter().copied().filter(wanted).collect();
    let all = visit.choice(chosen.is_none(), Choice::AllChannels, Word::Channels(None));
    let mut rows = vec![vec![all]];
    if house.len() > 1 {
        rows.push(
            house
                .iter()
                .map(|channel| {
                    let only = chosen.as_deref() == Some(&[*channel]);
                    visit.choice(only, Choice::Channel(*channel), Word::Channels(Some(*channel)))
                })
                .collect(),
        );
    }
    Some(Page { text: PanelText::Channels { now }, rows })
}

pub(super) fn channels(visit: &mut Visit<'_, '_, '_>, only: Option<Channel>) {
    let offered = only.is_none_or(|only| visit.turn.facts.house.channels.contains(&only));
    if offered {
        visit.amend("channels_changed", Detail::Channels(only), |settings| {
            settings.channels = only.map(|only| vec![only]);
        });
    }
    walk::chosen(visit, Subject::Channels);
}

// Limits.

pub(super) fn limits_page(visit: &Visit<'_, '_, '_>) -> Option<Page> {
    let settings = visit.settings()?;
    let house = &visit.turn.facts.house.limits;
    let now = Strictness::of(settings.limits.as_ref(), house);
    let figures = Strictness::ALL.map(|choice| {
        let limits = choice.limits(house);
        (choice, Figures::of(limits.as_ref().unwrap_or(house)))
    });
    let key = |choice: Strictness| {
        visit.choice(now == Some(choice), Choice::Strictness(choice), Word::Strictness(choice))
    };
    let rows = vec![Strictness::ALL.map(key).into()];
    Some(Page { text: PanelText::Limits { now, figures: figures.into() }, rows })
}

pub(super) fn strictness(visit: &mut Visit<'_, '_, '_>, strictness: Strictness) {
    let limits = strictness.limits(&visit.turn.facts.house.limits);
    visit.amend("limits_changed", Detail::Limits(strictness), |settings| settings.limits = limits);
    walk::chosen(visit, Subject::Limits);
}

// Language.

pub(super) fn language_page(visit: &Visit<'_, '_, '_>) -> Option<Page> {
    let now = visit.settings()?.language.unwrap_or_default();
    let key = |language: &Language| {
        let choice = Choice::Language(language.clone());
        vec![visit.choice(*language == now, choice, Word::Language(language.clone()))]
    };
    let rows = visit.turn.facts.languages.iter().map(key).collect();
    Some(Page { text: PanelText::Language { now }, rows })
}

pub(super) fn language(visit: &mut Visit<'_, '_, '_>, language: &Language) {
    if visit.turn.facts.languages.contains(language) {
        visit.amend("language_changed", Detail::Language(language.clone()), |settings| {
            settings.language = Some(language.clone());
        });
    }
    walk::chosen(visit, Subject::Language);
}

// Mode.

pub(super) fn mode_page(visit: &Visit<'_, '_, '_>) -> Option<Page> {
    let settings = visit.settings()?;
    let (mode, tidy) = (settings.mode, settings.tidy);
    let is = |word: ModeWord| match (&mode, word) {
        (Mode::JoinRequest, ModeWord::JoinRequest)
        | (Mode::Restrict { .. }, ModeWord::Restrict)
        | (Mode::PersonalLink, ModeWord::PersonalLink) => true,
        (Mode::JoinRequest | Mode::Restrict { .. } | Mode::PersonalLink, _) => false,
    };
    let key = |word, choice| vec![visit.choice(is(word), choice, Word::Mode(word))];
    let mut rows = vec![
        key(ModeWord::JoinRequest, Choice::JoinRequest),
        key(ModeWord::Restrict, Choice::Restrict),
        key(ModeWord::PersonalLink, Choice::PersonalLink),
    ];
    if let Mode::Restrict { remove_after } = &mode {
        let after = |after: Option<Duration>| {
            visit.choice(
                *remove_after == after,
                Choice::RemoveAfter(after),
                Word::RemoveAfter(after),
            )
        };
        rows.push([Some(10 * MINUTE), Some(HOUR)].map(after).into());
        rows.push([Some(DAY), None].map(after).into());
        rows.push(vec![visit.choice(tidy, Choice::Tidy, Word::Tidy(!tidy))]);
    }
    Some(Page { text: PanelText::Mode { now: mode, tidy }, rows })
}

pub(super) fn mode(visit: &mut Visit<'_, '_, '_>, word: ModeWord) {
    let chosen = match word {
        ModeWord::JoinRequest => Mode::JoinRequest,
        ModeWord::Restrict => Mode::Restrict { remove_after: Some(REMOVE_AFTER) },
        ModeWord::PersonalLink => Mode::PersonalLink,
    };
    visit.amend("mode_changed", Detail::Mode(chosen), |settings| match (word, &settings.mode) {
        // What was chosen for it stays.
        (ModeWord::Restrict, Mode::Restrict { .. }) => {}
        (ModeWord::Restrict, Mode::JoinRequest | Mode::PersonalLink) => {
            settings.mode = Mode::Restrict { remove_after: Some(REMOVE_AFTER) };
        }
        (ModeWord::JoinRequest, _) => settings.mode = Mode::JoinRequest,
        (ModeWord::PersonalLink, _) => settings.mode = Mode::PersonalLink,
    });
    match word {
        // There is more to choose.
        ModeWord::Restrict => {
            visit.note = Some(PanelText::Saved);
            visit.show(Subject::Mode);
        }
        ModeWord::JoinRequest | ModeWord::PersonalLink => walk::chosen(visit, Subject::Mode),
    }
}

pub(super) fn remove_after(visit: &mut Visit<'_, '_, '_>, after: Option<Duration>) {
    let offered = [None, Some(10 * MINUTE), Some(HOUR), Some(DAY)].contains(&after);
    let restricts =
        visit.settings().is_some_and(|settings| matches!(settings.mode, Mode::Restrict { .. }));
    if offered && restricts {
        visit.amend("removal_changed", Detail::RemoveAfter(after), |settings| {
            settings.mode = Mode::Restrict { remove_after: after };
        });
        visit.note = Some(PanelText::Saved);
    }
    visit.show(Subject::Mode);
}

pub(super) fn tidy(visit: &mut Visit<'_, '_, '_>, tidy: bool) {
    visit.amend("tidy_changed", Detail::Switch(tidy), |settings| settings.tidy = tidy);
    visit.note = Some(PanelText::Saved);
    visit.show(Subject::Mode);
}
