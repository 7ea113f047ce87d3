//! The parts of a flow that measures do not reach.

use std::collections::{HashMap, HashSet};

use crate::bilateral::Flow;
use crate::economy::policy::{ExemptShare, ExemptVariety};
use crate::index::{CountryId, SectorId};
use crate::scenario::combine::{self, Chain, same};
use crate::scenario::rules::{Exemption, Rules};
use crate::scenario::statutory::{Cell, Statutory};
use crate::units::{AdValorem, Share};

/// The exempt shares of a scenario: one entry for what is one unknown number, however many flows share it.
#[derive(Debug, Default)]
pub(super) struct Shares {
    /// The entries.
    pub(super) list: Vec<ExemptShare>,
    positions: HashMap<Origin, usize>,
    labels: HashSet<String>,
}

/// Where a share comes from; the same table named by two measures is the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Origin {
    Measure(usize, CountryId),
    Table(String, Option<CountryId>, CountryId, SectorId),
    List(usize, CountryId, CountryId),
}

impl Shares {
    /// The entry for a rule on a flow, made when it is first met.
    fn entry(&mut self, rules: &Rules<'_>, at: usize, exemption: &Exemption, flow: Flow) -> usize {
        let partner = flow.exporter;
        let country = rules.dataset.countries.code(partner);
        let (origin, label, suffix) = match exemption {
            Exemption::Table(name, shares) => {
                let own = Some(flow.importer);
                let importer = own.filter(|_| shares.contains_key(&(own, partner, flow.sector)));
                let code = |id| format!("{}:", rules.dataset.countries.code(id));
                let pair = importer.map_or_else(String::new, code) + country;
                (
                    Origin::Table(name.clone(), importer, partner, flow.sector),
                    format!("exempt_share:{pair}:{}", rules.dataset.sectors.code(flow.sector)),
                    name.as_str(),
                )
            }
            Exemption::Uniform(_) | Exemption::ByPartner(_) => {
                (Origin::Measure(at, partner), format!("exempt_share:{country}"), rules.list[at].name())
            }
            Exemption::Unlisted(_) => {
                let importer = rules.dataset.countries.code(flow.importer);
                let label = format!("unlisted_share:{importer}:{country}");
                (Origin::List(at, flow.importer, partner), label, rules.list[at].name())
            }
        };
        if let Some(&position) = self.positions.get(&origin) {
            return position;
        }
        let label = if self.labels.contains(&label) { format!("{label}:{suffix}") } else { label };
        self.labels.insert(label.clone());
        let known = matches!(exemption, Exemption::Unlisted(_));
        self.list.push(ExemptShare { label, partner, mean: exemption.share(flow), known });
        self.positions.insert(origin, self.list.len() - 1);
        self.list.len() - 1
    }
}

/// One part of a flow at central shares.
#[derive(Debug)]
pub(super) struct PartChain {
    /// Which entry says how far the part reaches; `None` for the part without exemption.
    pub(super) share: Option<usize>,
    /// How its rate came about.
    pub(super) chain: Chain,
}

/// The parts of a flow, smallest central share first, the part without exemption last.
///
/// Parts are nested: what the smallest share shields is exempt from all exempting measures, what lies between it
/// and the next larger one from all but the first, and so on.
pub(super) fn parts(
    rules: &Rules<'_>,
    statutory: &Statutory<'_, '_>,
    shares: &mut Shares,
    flow: Flow,
    cell: &Cell,
) -> Vec<PartChain> {
    let mut exempting: Vec<(Share, usize, usize)> = cell
        .acting
        .iter()
        .filter_map(|&at| {
            let exemption = rules.list[at].exempt.as_ref()?;
            let share = exemption.share(flow);
            (share > Share::NONE).then(|| (share, at, shares.entry(rules, at, exemption, flow)))
        })
        .collect();
    exempting.sort_by(|a, b| a.0.fraction().total_cmp(&b.0.fraction()).then(a.1.cmp(&b.1)));
    let mut parts: Vec<PartChain> = Vec::with_capacity(exempting.len() + 1);
    for (position, (_, _, entry)) in exempting.iter().enumerate() {
        // Two measures that share one unknown number leave nothing between them.
        if parts.last().is_some_and(|part| part.share == Some(*entry)) {
            continue;
        }
        let exempt: Vec<usize> = exempting[position..].iter().map(|(_, at, _)| *at).collect();
        let chain = combine::chain(rules, flow, &cell.acting, &exempt, &|other| statutory.rate(other));
        parts.push(PartChain { share: Some(*entry), chain });
    }
    parts.push(PartChain { share: None, chain: cell.chain.clone() });
    parts
}

/// The exempt parts as the model takes them: where the rest pays the same, a part is no variety.
pub(super) fn varieties(parts: &[PartChain]) -> Vec<ExemptVariety> {
    let Some((rest, exempt)) = parts.split_last() else { return Vec::new() };
    let last = exempt.iter().rposition(|part| !same(part.chain.rate, rest.chain.rate));
    let apart = &exempt[..last.map_or(0, |last| last + 1)];
    let variety = |part: &PartChain| Some(ExemptVariety { share: part.share?, rate: settled(&part.chain)? });
    apart.iter().filter_map(variety).collect()
}

/// The rate of a chain, put back on the observed rate where it differs by rounding only.
pub(super) fn settled(chain: &Chain) -> Option<AdValorem> {
    AdValorem::new(if same(chain.rate, chain.before) { chain.before } else { chain.rate })
}

/// The weights of parts at central shares.
pub(super) fn weights(parts: &[PartChain], shares: &Shares) -> Vec<f64> {
    let mut reach = 0.0;
    parts
        .iter()
        .map(|part| {
            let next = part.share.map_or(1.0, |entry| shares.list[entry].mean.fraction());
            let weight = next - reach;
            reach = next;
            weight
        })
        .collect()
}
