//! The figures of all measurements, their medians, and how far from the bare loop they are.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::applicant::Way;
use crate::contestant::Kind;
use crate::measure::Figures;

#[derive(Default)]
pub struct Report {
    all: BTreeMap<(Way, usize, Kind), Vec<Figures>>,
}

#[derive(Serialize)]
struct Line<'a> {
    way: String,
    at_once: usize,
    contestant: &'static str,
    rounds: &'a [Figures],
}

impl Report {
    pub fn add(&mut self, way: Way, at_once: usize, kind: Kind, figures: Figures) {
        self.all.entry((way, at_once, kind)).or_default().push(figures);
    }

    /// Every round of every measurement.
    pub fn json(&self) -> String {
        let lines = self.all.iter().map(|((way, at_once, kind), rounds)| Line {
            way: way.to_string(),
            at_once: *at_once,
            contestant: kind.name(),
            rounds,
        });
        serde_json::to_string_pretty(&lines.collect::<Vec<_>>()).expect("JSON")
    }

    fn median(&self, way: Way, at_once: usize, kind: Kind, of: fn(&Figures) -> f64) -> f64 {
        let rounds = self.all.get(&(way, at_once, kind)).map_or(&[][..], Vec::as_slice);
        let mut values: Vec<f64> = rounds.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| way | at once | | dialogues/s | CPU s/1,000 | p50 ms | p99 ms | peak MiB | commits | fsyncs | calls |"
        )?;
        writeln!(f, "|---|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|")?;
        let mut pairs: Vec<(Way, usize)> =
            self.all.keys().map(|(way, at_once, _)| (*way, *at_once)).collect();
        pairs.dedup();
        for (way, at_once) in pairs {
            for kind in Kind::ALL {
                if !self.all.contains_key(&(way, at_once, kind)) {
                    continue;
                }
                let of = |figure| self.median(way, at_once, kind, figure);
                writeln!(
                    f,
                    "| {way} | {at_once} | {} | {:.0} | {:.3} | {:.2} | {:.1} | {:.0} | {:.1} | {:.2} | {:.1} |",
                    kind.name(),
                    of(|figures| figures.dialogues_per_second),
                    of(|figures| figures.cpu_seconds),
                    of(|figures| figures.p50_ms),
                    of(|figures| figures.p99_ms),
                    of(|figures| figures.peak_mib),
                    of(|figures| figures.commits),
                    of(|figures| figures.syncs),
                    of(|figures| figures.calls),
                )?;
            }
            for kind in [Kind::Bot, Kind::Plain] {
                let compared = [kind, Kind::Bare];
                if !compared.iter().all(|kind| self.all.contains_key(&(way, at_once, *kind))) {
                    continue;
                }
                let ratio = |figure| {
                    let [own, bare] = compared.map(|kind| self.median(way, at_once, kind, figure));
                    own / bare
                };
                writeln!(
                    f,
                    "| {way} | {at_once} | **{}: bare loop** | **{:.2}** | **{:.2}** | **{:.2}** | **{:.2}** | | | | |",
                    kind.name(),
                    ratio(|figures| figures.dialogues_per_second),
                    ratio(|figures| figures.cpu_seconds),
                    ratio(|figures| figures.p50_ms),
                    ratio(|figures| figures.p99_ms),
                )?;
            }
        }
        Ok(())
    }
}
