//! Who may pass: domains, dial codes, accounts per address, roster only.

use super::lists::{self, Wrong};
use super::state::{Expected, List, Subject};
use super::text::{Choice, PanelLabel, PanelText};
use super::visit::{Page, Visit};
use super::word::Word;
use crate::administration::detail::Detail;
use crate::verification::Hidden;
use crate::verification::effect::Channel;
use crate::verification::gate::Addresses;

const MOST_ACCOUNTS: u32 = 100;
const ACCOUNTS: [u32; 3] = [1, 2, 5];

pub(super) fn page(visit: &Visit<'_, '_, '_>) -> Option<Page> {
    let settings = visit.settings()?;
    let house = &visit.turn.facts.house;
    let roster_size = visit.turn.facts.archive.roster_size(visit.gate);
    let addresses = settings.addresses;
    let edit = |list| visit.key(PanelLabel::List(list), Word::List(list));
    let mut rows = Vec::new();
    if house.channels.contains(&Channel::Email) {
        rows.push(vec![edit(List::Domains), edit(List::BlockedDomains)]);
    }
    if house.channels.contains(&Channel::Sms) {
        rows.push(vec![edit(List::Countries), edit(List::BlockedCountries)]);
    }
    let mut accounts: Vec<_> = ACCOUNTS
        .map(|accounts| {
            let now = addresses.accounts == accounts;
            visit.choice(now, Choice::Accounts(accounts), Word::Accounts(accounts))
        })
        .into();
    let other = !ACCOUNTS.contains(&addresses.accounts);
    accounts.push(visit.choice(other, Choice::OtherAccounts, Word::AskAccounts));
    rows.push(accounts);
    let only = addresses.roster;
    rows.push(vec![visit.choice(only, Choice::RosterOnly, Word::RosterOnly(!only))]);
    rows.push(vec![visit.key(PanelLabel::Roster, Word::Subject(Subject::Roster))]);
    let (channels, house) = (house.channels.clone(), house.countries.clone());
    Some(Page { text: PanelText::Addresses { channels, addresses, roster_size, house }, rows })
}

// Lists.

pub(super) fn ask_list(visit: &mut Visit<'_, '_, '_>, list: List) {
    let Some(mut settings) = visit.settings() else { return visit.show_only() };
    let now = std::mem::take(entries(&mut settings.addresses, list));
    let house = match list {
        List::Countries => visit.turn.facts.house.countries.clone(),
        List::Domains | List::BlockedDomains | List::BlockedCountries => Vec::new(),
    };
    let clear = visit.key(PanelLabel::ClearList(list), Word::ClearList(list));
    let text = PanelText::AskList { list, now, house };
    visit.ask(Subject::Addresses, Expected::List(list), text, vec![vec![clear]]);
}

pub(super) fn list_typed(visit: &mut Visit<'_, '_, '_>, list: List, typed: &Hidden) {
    let Some(mut settings) = visit.settings() else { return visit.show_only() };
    let other = std::mem::take(entries(&mut settings.addresses, opposite(list)));
    let house = &visit.turn.facts.house.countries;
    match lists::read(list, typed.reveal(), house, &other) {
        Ok(read) => set_list(visit, list, read),
        Err(wrong) => {
            visit.note = Some(match wrong {
                Wrong::Empty => PanelText::EmptyList,
                Wrong::TooMany => {
                    let most = u32::try_from(lists::MOST).unwrap_or(u32::MAX);
                    PanelText::TooManyEntries { most }
                }
                Wrong::Bad(bad) => PanelText::BadEntries { bad },
            });
            ask_list(visit, list);
        }
    }
}

pub(super) fn clear_list(visit: &mut Visit<'_, '_, '_>, list: List) {
    set_list(visit, list, Vec::new());
}

fn set_list(visit: &mut Visit<'_, '_, '_>, list: List, new: Vec<String>) {
    let what = match list {
        List::Domains => "allowed_domains_changed",
        List::BlockedDomains => "blocked_domains_changed",
        List::Countries => "allowed_countries_changed",
        List::BlockedCountries => "blocked_countries_changed",
    };
    let detail = Detail::Count(u32::try_from(new.len()).unwrap_or(u32::MAX));
    visit.amend(what, detail, |settings| *entries(&mut settings.addresses, list) = new);
    saved(visit);
}

fn entries(addresses: &mut Addresses, list: List) -> &mut Vec<String> {
    match list {
        List::Domains => &mut addresses.domains,
        List::BlockedDomains => &mut addresses.blocked_domains,
        List::Countries => &mut addresses.countries,
        List::BlockedCountries => &mut addresses.blocked_countries,
    }
}

fn opposite(list: List) -> List {
    match list {
        List::Domains => List::BlockedDomains,
        List::BlockedDomains => List::Domains,
        List::Countries => List::BlockedCountries,
        List::BlockedCountries => List::Countries,
    }
}

// Accounts, roster.

pub(super) fn ask_accounts(visit: &mut Visit<'_, '_, '_>) {
    let Some(settings) = visit.settings() else { return visit.show_only() };
    let text = PanelText::AskAccounts { now: settings.addresses.accounts, most: MOST_ACCOUNTS };
    visit.ask(Subject::Addresses, Expected::Accounts, text, Vec::new());
}

pub(super) fn accounts_typed(visit: &mut Visit<'_, '_, '_>, typed: &Hidden) {
    match typed.reveal().trim().parse() {
        Ok(number) if (1..=MOST_ACCOUNTS).contains(&number) => accounts(visit, number),
        Ok(_) | Err(_) => {
            visit.note = Some(PanelText::BadNumber { least: 1, most: MOST_ACCOUNTS });
            ask_accounts(visit);
        }
    }
}

pub(super) fn accounts(visit: &mut Visit<'_, '_, '_>, accounts: u32) {
    let accounts = accounts.clamp(1, MOST_ACCOUNTS);
    visit.amend("accounts_changed", Detail::Count(accounts), |settings| {
        settings.addresses.accounts = accounts;
    });
    saved(visit);
}

pub(super) fn roster_only(visit: &mut Visit<'_, '_, '_>, on: bool) {
    // With an empty roster nobody could pass.
    if on && visit.turn.facts.archive.roster_size(visit.gate) == 0 {
        visit.note = Some(PanelText::RosterEmpty);
        return visit.show(Subject::Addresses);
    }
    visit.amend("roster_only_changed", Detail::Switch(on), |settings| {
        settings.addresses.roster = on
    });
    saved(visit);
}

fn saved(visit: &mut Visit<'_, '_, '_>) {
    visit.note = Some(PanelText::Saved);
    visit.show(Subject::Addresses);
}
