//! How many firms a sector settles at in every country, linearised at the accounts: for the preconditioner.
//! Legend as in [`crate::model::scale`].

use nalgebra::DMatrix;

use crate::economy::accounts::Accounts;
use crate::economy::closure::Closure;
use crate::model::scale::Scale;

/// What answers to how much more sales pay for than there are firms.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// δ, ϑ and Y.
    pub(super) scale: Scale,
    /// By sector (I − κδ(I − S))⁻¹ by (country, country), with S_ik = Σ_n (M_ni/Y_i) π_nk how much of what a firm in k adds
    /// to its markets is taken from sellers in i, and κ the part of more sales that is left for firms where the sector's
    /// wage rises with them, 1 with mobile labour; empty where there are no economies of scale.
    inverses: Vec<Vec<f64>>,
}

impl Entry {
    /// At the accounts' shares and some trade elasticities; `None` where there are no economies of scale.
    pub(super) fn new(accounts: &Accounts, theta: &[f64], closure: Closure) -> Option<Self> {
        let friction = closure.labour.friction();
        Scale::new(accounts, closure.structure).map(|scale| {
            let inverse = |sector: usize| inverse(accounts, theta[sector], friction, &scale, sector);
            Self { inverses: (0..accounts.shape.sectors).map(inverse).collect(), scale }
        })
    }

    /// The answer of a sector, if it has economies of scale.
    pub(super) fn of(&self, sector: usize) -> Option<&[f64]> {
        Some(&*self.inverses[sector]).filter(|inverse| !inverse.is_empty())
    }
}

fn inverse(accounts: &Accounts, theta: f64, friction: f64, scale: &Scale, sector: usize) -> Vec<f64> {
    /// What is taken for δ where it is larger: sellers who share all their markets would have no answer, and nearer to that
    /// the answer far from the accounts is another one.
    const STRONGEST: f64 = 0.7;
    let (n, j) = (accounts.shape.countries, accounts.shape.sectors);
    let strength = scale.strength[sector].min(STRONGEST);
    if strength <= 0.0 {
        return Vec::new();
    }
    let share = DMatrix::from_row_slice(n, n, accounts.share.matrix(sector));
    let rates = &accounts.tariff.table().matrix(sector);
    let sold = DMatrix::from_fn(n, n, |exporter, importer| {
        let output = scale.output[exporter * j + sector];
        let value = accounts.expenditure[importer * j + sector] * share[(importer, exporter)];
        if output > 0.0 { value / (1.0 + rates[importer * n + exporter]) / output } else { 0.0 }
    });
    let taken = sold * share;
    let matrix = DMatrix::from_fn(n, n, |seller, firm| {
        let own = f64::from(u8::from(seller == firm));
        let costs = friction * accounts.value_added_share[seller * j + sector];
        let kept = (1.0 - costs) / (1.0 + theta * costs * (1.0 - taken[(seller, seller)]));
        own - kept * strength * (own - taken[(seller, firm)])
    });
    let inverse = matrix.try_inverse().unwrap_or_else(|| DMatrix::identity(n, n));
    inverse.transpose().as_slice().to_vec()
}
