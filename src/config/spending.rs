//! What the configuration says of the number and the cost of SMS.

use std::collections::BTreeMap;

use super::fields::Reader;
use super::gates::dial_code;
use crate::verification::spending::{Money, Spending};

const MANY: i64 = u32::MAX as i64;

/// The keys of `[sms]` that are limits and prices.
pub(super) fn spending(fields: &mut Reader<'_>) -> Spending {
    let usual = Spending::default();
    let price = money(fields, "price");
    let prices = prices(fields);
    let (day, month) = (money(fields, "budget_per_day"), money(fields, "budget_per_month"));
    let currency = currency(fields);
    let budget = if day.is_some() { "budget_per_day" } else { "budget_per_month" };
    if day.is_some() || month.is_some() {
        if price.is_none() && !fields.tried("price") {
            let how =
                "a budget needs it: what an SMS costs where prices says nothing, such as \"0.10\"";
            fields.missing("price", how);
        }
        if currency.is_empty() && !fields.tried("currency") {
            fields.missing("currency", "a budget needs it: that of Twilio's bill, such as \"EUR\"");
        }
        if price == Some(Money(0)) {
            fields.wrong("price", format!("nothing: {budget} would never be used up"));
        }
    }
    if let (Some(day), Some(month)) = (day, month)
        && day > month
    {
        fields.wrong("budget_per_day", format!("{day} is more than the {month} of a whole month"));
    }
    Spending {
        per_prefix: fields.number("per_prefix", 1..=MANY, usual.per_prefix),
        countries: country_limits(fields),
        per_hour: fields.number("per_hour", 1..=MANY, usual.per_hour),
        per_day: fields.number("per_day", 1..=MANY, usual.per_day),
        currency,
        price: price.unwrap_or_default(),
        prices,
        day,
        month,
    }
}

/// An amount. `None`: not named, or no amount.
fn money(fields: &mut Reader<'_>, name: &str) -> Option<Money> {
    let typed = fields.text(name)?;
    let read = Money::parse(typed.trim());
    if read.is_none() {
        fields.wrong(name, format!("{typed:?} is no amount such as \"0.075\" or \"50\""));
    }
    read
}

fn currency(fields: &mut Reader<'_>) -> String {
    let typed = fields.text("currency").unwrap_or_default();
    let code = typed.len() == 3 && typed.bytes().all(|b| b.is_ascii_uppercase());
    if !typed.is_empty() && !code {
        fields.wrong("currency", format!("{typed:?} is no currency's code such as \"EUR\""));
    }
    typed
}

/// `+49=200`: another number of SMS a day than `sends_per_country`.
fn country_limits(fields: &mut Reader<'_>) -> BTreeMap<u16, u32> {
    let mut limits = BTreeMap::new();
    for typed in fields.texts("country_limits").unwrap_or_default() {
        let read = typed.split_once('=').and_then(|(code, limit)| {
            Some((dial_code(code.trim())?, limit.trim().parse::<u32>().ok()?))
        });
        match read {
            Some((code, limit)) if limits.insert(code, limit).is_none() => {}
            Some((code, _)) => fields.wrong("country_limits", format!("+{code} is named twice")),
            None => fields.wrong(
                "country_limits",
                format!(
                    "{typed:?} is no dial code with a number of SMS a day, such as \"+49=200\""
                ),
            ),
        }
    }
    limits
}

/// `+49=0.075`, or the beginning of numbers that are dearer than their country: `+1876=0.25`.
fn prices(fields: &mut Reader<'_>) -> BTreeMap<String, Money> {
    let mut prices = BTreeMap::new();
    for typed in fields.texts("prices").unwrap_or_default() {
        let read = typed.split_once('=').and_then(|(code, price)| {
            let digits = code.trim().strip_prefix('+')?;
            let plain =
                (1..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            let known = (1..=3.min(digits.len())).any(|length| {
                digits.get(..length).is_some_and(|code| dial_code(&format!("+{code}")).is_some())
            });
            let price = Money::parse(price.trim())?;
            (plain && known).then(|| (digits.to_owned(), price))
        });
        match read {
            Some((digits, price)) => {
                if prices.insert(digits.clone(), price).is_some() {
                    fields.wrong("prices", format!("+{digits} is named twice"));
                }
            }
            None => fields.wrong(
                "prices",
                format!(
                    "{typed:?} is no dial code with what an SMS there costs, such as \"+49=0.075\""
                ),
            ),
        }
    }
    prices
}
