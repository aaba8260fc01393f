//! The power goes. Only what was synced is on the disk, and whatever was acknowledged must be
//! among it: on a disk that forgets everything else, on one that forgets a part of it, and on ext4.

use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use crate::bench::{Lab, Row, Verdict};
use crate::cut::{Loss, Machine, Said, Writer, copy_of, look_through};
use crate::ext4::Ext4;
use crate::kill::{self, Killer};

/// How many cuts in a row one store goes through, at most.
const IN_A_ROW: u64 = 6;

pub async fn run(lab: &Lab) -> Vec<Row> {
    let mut rows = vec![
        control(lab).await,
        at_each_fsync(lab, "nothing else is on the disk", None).await,
        at_each_fsync(lab, "parts of the rest are on the disk", Some(lab.rng("scraps"))).await,
        at_each_fsync_of_a_restart(lab, "nothing else is on the disk", None).await,
        at_each_fsync_of_a_restart(lab, "parts of the rest are on the disk", Some(lab.rng("more")))
            .await,
        at_random(lab, "nothing else is on the disk", false).await,
        at_random(lab, "parts of the rest are on the disk", true).await,
        on_ext4(lab).await,
    ];
    let what = "power cut under whole dialogues, the real binary";
    let killer =
        Killer::OfPower(lab.rng("dialogues"), tempfile::tempdir().expect("a temporary folder"));
    let row = kill::through_deaths(lab, what, killer, lab.rounds(200, 2), lab.budget).await;
    let does_not_show = "A message whose answer died with the process is said again (at most one \
                         per death and chat).";
    rows.push(Row { does_not_show: does_not_show.to_owned(), ..row });
    rows
}

/// What went wrong over the rounds of one row.
#[derive(Default)]
struct Sum {
    rounds: u64,
    acknowledged: u64,
    lost: u64,
    doubled: u64,
    troubles: Vec<String>,
}

impl Sum {
    fn take(&mut self, when: &str, looked: Result<u64, Loss>, said: &Said) -> bool {
        self.rounds += 1;
        let Err(Loss { lost, doubled, what }) = looked else { return true };
        // A store that does not open is a loss, even if nothing was in it.
        self.lost += if doubled == 0 { lost.max(1) } else { lost };
        self.doubled += doubled;
        self.troubles.push(format!("{when}: {what} ({})", said.complaints.trim()));
        false
    }

    fn row(self, what: String, does_not_show: &str) -> Row {
        let what = format!("{what}; {} acknowledged", self.acknowledged);
        let row = Row::held(what, self.rounds, does_not_show);
        row.counted(self.lost, self.doubled, self.troubles.join("\n"))
    }
}

/// What reaches the disk though nobody synced it: nothing, or about so much of it. The luck is the
/// cut's own: how often it is asked depends on the moment, and must decide nothing else.
fn chance(scraps: Option<&mut SmallRng>) -> impl FnMut() -> bool + use<> {
    let mut luck = scraps
        .map(|rng| (rng.random_range(0.05..0.95), SmallRng::seed_from_u64(rng.random::<u64>())));
    move || luck.as_mut().is_some_and(|(likely, rng)| rng.random_bool(*likely))
}

/// Without this, a layer that is not loaded would pass for a store that loses nothing.
async fn control(lab: &Lab) -> Row {
    let rounds = lab.rounds(10, 1);
    let mut forgotten = 0;
    let mut kept = Vec::new();
    for round in 0..rounds {
        let machine = Machine::new();
        let mut writer = machine.starts("flushed", None, None);
        writer.acknowledges(lab.rng(("control", round)).random_range(10..400));
        let said = writer.loses_power();
        machine.power_returns(&mut chance(None));
        match look_through(&machine.live(), &said).await {
            Err(loss) => forgotten += loss.lost,
            Ok(_) => kept.push(format!("round {round}: what was only flushed is there")),
        }
    }
    let row = Row::held(
        format!("control: flushed only, so it must be gone; {forgotten} of it are"),
        rounds,
        "Nothing of the store: it shows that the layer forgets.",
    );
    let verdict = if kept.is_empty() { row.verdict } else { Verdict::Broken(kept.join("\n")) };
    Row { verdict, ..row }
}

/// A first start, a few commits and a clean end, cut at each fsync on the way.
async fn at_each_fsync(lab: &Lab, else_there: &str, mut scraps: Option<SmallRng>) -> Row {
    let mut sum = Sum::default();
    for again in 0..lab.rounds(if scraps.is_some() { 8 } else { 1 }, 1) {
        for cut in 1.. {
            let machine = Machine::new();
            let mut said = machine.starts("store", Some(3), Some(cut)).ends();
            machine.power_returns(&mut chance(scraps.as_mut()));
            let copy = machine.copy();
            let there = look_through(copy.path(), &said).await;
            sum.acknowledged += said.acknowledged.len() as u64;
            let ended_well = said.ended_well;
            if sum.take(&format!("fsync {cut}, time {again}"), there, &said) {
                // The next start goes on from what is there.
                said.and(machine.starts("store", Some(2), None).ends());
                if !said.ended_well {
                    let what = format!("after fsync {cut}: {}", said.complaints);
                    sum.troubles.push(what);
                    sum.lost += 1;
                }
            }
            if ended_well || !lab.has_time() {
                break;
            }
        }
    }
    sum.row(
        format!("power cut at each fsync of a first start; {else_there}"),
        "Pages torn in their middle, and a disk that lies about an fsync.",
    )
}

/// A store that was cut before starts again, and is cut at each fsync on the way.
async fn at_each_fsync_of_a_restart(
    lab: &Lab,
    else_there: &str,
    mut scraps: Option<SmallRng>,
) -> Row {
    let mut rng = lab.rng(("restart", scraps.is_some()));
    let mut sum = Sum::default();
    let (stores, begun) = (lab.rounds(12, 1), lab.elapsed());
    for store in 0..stores {
        let machine = Machine::new();
        // From one segment of sled's file to many; by then it moves records and uses room again.
        let mut writer = machine.starts("store", None, None);
        writer.acknowledges(rng.random_range(1..6_000));
        let known = writer.loses_power();
        machine.power_returns(&mut chance(scraps.as_mut()));
        sum.acknowledged += known.acknowledged.len() as u64;
        for cut in 1.. {
            let again = machine.like_it();
            let mut said = again.starts("store", Some(3), Some(cut)).ends();
            let ended_well = said.ended_well;
            again.power_returns(&mut chance(scraps.as_mut()));
            let mut all = known.clone();
            all.and(std::mem::take(&mut said));
            let copy = again.copy();
            let there = look_through(copy.path(), &all).await;
            sum.take(&format!("store {store}, fsync {cut}"), there, &all);
            if ended_well {
                break;
            }
        }
        if lab.elapsed() - begun > lab.budget / 8 {
            break;
        }
    }
    sum.row(
        format!("power cut at each fsync of a restart; {else_there}"),
        "Pages torn in their middle, and a disk that lies about an fsync.",
    )
}

/// A writer that is cut at a random moment, several times in a row; first starts too.
async fn at_random(lab: &Lab, else_there: &str, scraps: bool) -> Row {
    let mut rng = lab.rng(("moments", scraps));
    let mut sum = Sum::default();
    let rounds = lab.rounds(200, 6);
    let until = lab.budget * if scraps { 5 } else { 4 } / 8;
    let mut minutes = 0;
    while sum.rounds < rounds && (sum.rounds == 0 || lab.elapsed() < until) {
        let machine = Machine::new();
        let mut known = Said::default();
        for _ in 0..rng.random_range(1..=IN_A_ROW) {
            let mut moment = age(&mut rng, lab.quick);
            // A store that is a minute old, now and then.
            if !lab.quick && !scraps && sum.rounds % 100 == 99 && minutes < 2 {
                minutes += 1;
                moment = Duration::from_secs(60);
            }
            let writer = machine.starts("store", None, None);
            tokio::time::sleep(moment).await;
            known.and(writer.loses_power());
            machine.power_returns(&mut chance(scraps.then_some(&mut rng)));
            let copy = machine.copy();
            let there = look_through(copy.path(), &known).await;
            if !sum.take(&format!("round {}, {moment:?}", sum.rounds), there, &known)
                || sum.rounds == rounds
            {
                break;
            }
        }
        sum.acknowledged += known.acknowledged.len() as u64;
    }
    sum.row(
        format!("power cut at random moments; {else_there}"),
        "The order in which a real disk writes what is not synced; a disk that lies.",
    )
}

/// How old the process is when the power goes: mostly young, for that is where most is made.
fn age(rng: &mut SmallRng, quick: bool) -> Duration {
    let longest = match rng.random_range(0..100) {
        0..50 => 120_000,
        50..90 => 800_000,
        _ if quick => 800_000,
        _ => 2_500_000,
    };
    Duration::from_micros(rng.random_range(0..longest))
}

async fn on_ext4(lab: &Lab) -> Row {
    let what = "power cut on ext4 (loop device, default options)";
    let does_not_show = "A volatile disk cache: what the kernel handed down counts as written. \
                         One kernel, one file system.";
    let mut rng = lab.rng("ext4");
    let mut sum = Sum::default();
    let rounds = lab.rounds(200, 2);
    let until = lab.budget * 3 / 4;
    while sum.rounds < rounds && (sum.rounds == 0 || lab.elapsed() < until) {
        let mut disk = match Ext4::make() {
            Ok(disk) => disk,
            Err(why) => {
                let row = Row::held(what, 0, does_not_show);
                return Row { verdict: Verdict::Skipped(why), ..row };
            }
        };
        let mut known = Said::default();
        let folder = disk.at();
        for _ in 0..rng.random_range(1..=IN_A_ROW) {
            let moment = age(&mut rng, lab.quick);
            let writer = Writer::start(&mut Writer::command("store", &folder));
            tokio::time::sleep(moment).await;
            let gone = disk.power_goes();
            // It may not have noticed, if it was not writing.
            known.and(writer.loses_power());
            if let Err(why) = gone.and_then(|()| disk.power_returns()) {
                let row = Row::held(what, sum.rounds, does_not_show);
                return Row { verdict: Verdict::Skipped(why), ..row };
            }
            let copy = copy_of(&folder);
            let there = look_through(copy.path(), &known).await;
            if !sum.take(&format!("round {}, {moment:?}", sum.rounds), there, &known)
                || sum.rounds == rounds
            {
                break;
            }
        }
        sum.acknowledged += known.acknowledged.len() as u64;
    }
    sum.row(what.to_owned(), does_not_show)
}
