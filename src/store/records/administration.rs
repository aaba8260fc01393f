//! What is kept for the admins: panels, desks, settings, rosters.

use serde::{Deserialize, Serialize};

use super::{Grouped, Record, read_signed, signed};
use crate::administration::desk::Desk;
use crate::administration::effect::Whose;
use crate::administration::panel::Panel;
use crate::administration::settings::Settings;
use crate::administration::staff::Staff;
use crate::administration::watch::Watch;
use crate::verification::address::Address;
use crate::verification::{GateId, Hidden, Timestamp, UserId};

/// One admin's dialogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PanelRecord(pub Panel);

/// One group's matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeskRecord(pub Desk);

/// What the admins of one group chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SettingsRecord(pub Settings);

/// Who may set up gates at all. There is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StaffRecord(pub Staff);

/// What the watch over the bot remembers. There is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WatchRecord(pub Watch);

/// One address that may pass a gate. Keyed by gate and the address's keyed hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterLine {
    pub address: Address,
}

/// How many lines a gate's roster has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterSize {
    pub lines: u32,
}

/// Whom an address has let in at a gate. Keyed by gate and the address's keyed hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holders {
    pub users: Vec<UserId>,
}

/// Who was last seen under a username. Keyed by its keyed hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Username {
    pub user: UserId,
}

/// A part of a file that an admin sent and has not decided on. Keyed by admin and place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadPart {
    /// The bytes, as Latin-1.
    pub part: Hidden,
}

/// A time that a panel, a desk or the watch asked to be woken at. Keyed by that time first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {}

/// The id that a group has now. Keyed by the one that it had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedGate {
    pub to: GateId,
}

fn user(bytes: &[u8]) -> Option<UserId> {
    Some(UserId(u64::from_be_bytes(bytes.try_into().ok()?)))
}

fn gate_and_key((gate, key): &(GateId, [u8; 32])) -> Vec<u8> {
    [&signed(gate.0)[..], key].concat()
}

fn read_gate_and_key(bytes: &[u8]) -> Option<(GateId, [u8; 32])> {
    let (gate, key) = bytes.split_at_checked(8)?;
    Some((GateId(read_signed(gate)?), key.try_into().ok()?))
}

impl Record for PanelRecord {
    type Key = UserId;
    const KIND: u8 = 0x20;
    const VERSION: u8 = 1;
    const NAME: &'static str = "panel";

    fn encode_key(key: &UserId) -> Vec<u8> {
        key.0.to_be_bytes().to_vec()
    }

    fn decode_key(bytes: &[u8]) -> Option<UserId> {
        user(bytes)
    }
}

impl Record for DeskRecord {
    type Key = GateId;
    const KIND: u8 = 0x21;
    const VERSION: u8 = 1;
    const NAME: &'static str = "desk";

    fn encode_key(key: &GateId) -> Vec<u8> {
        signed(key.0).to_vec()
    }

    fn decode_key(bytes: &[u8]) -> Option<GateId> {
        read_signed(bytes).map(GateId)
    }
}

impl Record for SettingsRecord {
    type Key = GateId;
    const KIND: u8 = 0x22;
    const VERSION: u8 = 1;
    const NAME: &'static str = "gate settings";

    fn encode_key(key: &GateId) -> Vec<u8> {
        signed(key.0).to_vec()
    }

    fn decode_key(bytes: &[u8]) -> Option<GateId> {
        read_signed(bytes).map(GateId)
    }
}

impl Record for StaffRecord {
    type Key = ();
    const KIND: u8 = 0x23;
    const VERSION: u8 = 1;
    const NAME: &'static str = "staff";

    fn encode_key((): &()) -> Vec<u8> {
        Vec::new()
    }

    fn decode_key(bytes: &[u8]) -> Option<()> {
        bytes.is_empty().then_some(())
    }
}

impl Record for RosterLine {
    type Key = (GateId, [u8; 32]);
    const KIND: u8 = 0x24;
    const VERSION: u8 = 1;
    const NAME: &'static str = "roster line";

    fn encode_key(key: &Self::Key) -> Vec<u8> {
        gate_and_key(key)
    }

    fn decode_key(bytes: &[u8]) -> Option<Self::Key> {
        read_gate_and_key(bytes)
    }
}

impl Grouped for RosterLine {
    type Owner = GateId;

    fn encode_owner(gate: &GateId) -> Vec<u8> {
        signed(gate.0).to_vec()
    }
}

impl Record for RosterSize {
    type Key = GateId;
    const KIND: u8 = 0x25;
    const VERSION: u8 = 1;
    const NAME: &'static str = "roster size";

    fn encode_key(key: &GateId) -> Vec<u8> {
        signed(key.0).to_vec()
    }

    fn decode_key(bytes: &[u8]) -> Option<GateId> {
        read_signed(bytes).map(GateId)
    }
}

impl Record for Holders {
    type Key = (GateId, [u8; 32]);
    const KIND: u8 = 0x26;
    const VERSION: u8 = 1;
    const NAME: &'static str = "holders of an address";

    fn encode_key(key: &Self::Key) -> Vec<u8> {
        gate_and_key(key)
    }

    fn decode_key(bytes: &[u8]) -> Option<Self::Key> {
        read_gate_and_key(bytes)
    }
}

impl Grouped for Holders {
    type Owner = GateId;

    fn encode_owner(gate: &GateId) -> Vec<u8> {
        signed(gate.0).to_vec()
    }
}

impl Record for Username {
    type Key = [u8; 32];
    const KIND: u8 = 0x27;
    const VERSION: u8 = 1;
    const NAME: &'static str = "username";

    fn encode_key(key: &[u8; 32]) -> Vec<u8> {
        key.to_vec()
    }

    fn decode_key(bytes: &[u8]) -> Option<[u8; 32]> {
        bytes.try_into().ok()
    }
}

impl Record for UploadPart {
    type Key = (UserId, u32);
    const KIND: u8 = 0x28;
    const VERSION: u8 = 1;
    const NAME: &'static str = "part of an upload";

    fn encode_key((admin, place): &Self::Key) -> Vec<u8> {
        [&admin.0.to_be_bytes()[..], &place.to_be_bytes()].concat()
    }

    fn decode_key(bytes: &[u8]) -> Option<Self::Key> {
        let (admin, place) = bytes.split_at_checked(8)?;
        Some((user(admin)?, u32::from_be_bytes(place.try_into().ok()?)))
    }
}

impl Grouped for UploadPart {
    type Owner = UserId;

    fn encode_owner(admin: &UserId) -> Vec<u8> {
        admin.0.to_be_bytes().to_vec()
    }
}

impl Record for Alarm {
    type Key = (Timestamp, Whose);
    const KIND: u8 = 0x29;
    const VERSION: u8 = 1;
    const NAME: &'static str = "alarm";

    fn encode_key((at, whose): &Self::Key) -> Vec<u8> {
        let (sort, id) = match whose {
            Whose::Panel(UserId(id)) => (1, id.to_be_bytes()),
            Whose::Desk(GateId(id)) => (2, signed(*id)),
            Whose::Watch => (3, [0; 8]),
        };
        [&signed(at.0)[..], &[sort], &id].concat()
    }

    fn decode_key(bytes: &[u8]) -> Option<Self::Key> {
        let (at, rest) = bytes.split_at_checked(8)?;
        let (sort, id) = rest.split_first()?;
        let whose = match sort {
            1 => Whose::Panel(user(id)?),
            2 => Whose::Desk(GateId(read_signed(id)?)),
            3 if id == [0; 8] => Whose::Watch,
            _ => return None,
        };
        Some((Timestamp(read_signed(at)?), whose))
    }
}

impl Record for WatchRecord {
    type Key = ();
    const KIND: u8 = 0x2b;
    const VERSION: u8 = 1;
    const NAME: &'static str = "watch";

    fn encode_key((): &()) -> Vec<u8> {
        Vec::new()
    }

    fn decode_key(bytes: &[u8]) -> Option<()> {
        bytes.is_empty().then_some(())
    }
}

impl Record for MovedGate {
    type Key = GateId;
    const KIND: u8 = 0x2a;
    const VERSION: u8 = 1;
    const NAME: &'static str = "moved gate";

    fn encode_key(key: &GateId) -> Vec<u8> {
        signed(key.0).to_vec()
    }

    fn decode_key(bytes: &[u8]) -> Option<GateId> {
        read_signed(bytes).map(GateId)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn comes_back<R: Record>(key: &R::Key) -> bool
    where
        R::Key: PartialEq,
    {
        R::decode_key(&R::encode_key(key)).as_ref() == Some(key)
    }

    proptest! {
        #[test]
        fn keys_come_back_and_a_gates_lie_together(
            gate in any::<i64>(), other in any::<i64>(), id in any::<u64>(), place in any::<u32>(),
            at in any::<i64>(), later in any::<i64>(), key in any::<[u8; 32]>(),
        ) {
            let (at, later) = (Timestamp(at), Timestamp(later));
            let (panel, desk) = (Whose::Panel(UserId(id)), Whose::Desk(GateId(gate)));
            prop_assert!(comes_back::<PanelRecord>(&UserId(id)));
            prop_assert!(comes_back::<DeskRecord>(&GateId(gate)));
            prop_assert!(comes_back::<SettingsRecord>(&GateId(gate)));
            prop_assert!(comes_back::<RosterLine>(&(GateId(gate), key)));
            prop_assert!(comes_back::<Holders>(&(GateId(gate), key)));
            prop_assert!(comes_back::<Username>(&key));
            prop_assert!(comes_back::<UploadPart>(&(UserId(id), place)));
            prop_assert!(comes_back::<Alarm>(&(at, panel)) && comes_back::<Alarm>(&(at, desk)));
            prop_assert!(comes_back::<Alarm>(&(at, Whose::Watch)) && comes_back::<WatchRecord>(&()));
            prop_assert!(comes_back::<MovedGate>(&GateId(gate)) && comes_back::<StaffRecord>(&()));
            prop_assert_eq!(
                RosterLine::encode_key(&(GateId(gate), key))
                    .cmp(&RosterLine::encode_key(&(GateId(other), key))),
                gate.cmp(&other)
            );
            let line = RosterLine::encode_key(&(GateId(gate), key));
            prop_assert!(line.starts_with(&RosterLine::encode_owner(&GateId(gate))));
            prop_assert_eq!(
                Alarm::encode_key(&(at, panel)).cmp(&Alarm::encode_key(&(later, panel))),
                at.cmp(&later)
            );
        }
    }
}
