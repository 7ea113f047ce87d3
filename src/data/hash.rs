//! The hash by which a run is bound to its data.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::data::pack::pack;
use crate::economy::dataset::{Dataset, FinalDemand};
use crate::hash::sha256;

/// The hash of a dataset's packed form: equal data have equal hashes, however their files are ordered and wherever they
/// lie.
pub fn hash(dataset: &Dataset) -> String {
    sha256(&pack(dataset))
}

/// The hashes of what a dataset's files say, by the names of the files: where two datasets differ, these say in which
/// file. As with [`hash`], the order of rows in a file does not matter unless it is that of output.
pub fn tables(dataset: &Dataset) -> BTreeMap<String, String> {
    let Dataset { name, title, year, unit, licence, citation, default_elasticities, .. } = dataset;
    let is_given = matches!(dataset.final_demand, FinalDemand::Given(_));
    let about = (name, title, year, unit, licence, citation, default_elasticities, is_given);
    let mut tables = vec![
        ("dataset.toml", hash_of(&about)),
        ("countries.csv", hash_of(&dataset.countries)),
        ("sectors.csv", hash_of(&(&dataset.sectors, &dataset.kinds))),
        ("trade.csv", hash_of(&dataset.trade)),
        ("tariffs.csv", hash_of(&dataset.tariffs)),
        ("elasticities.csv", hash_of(&dataset.elasticities)),
        ("groups.csv", hash_of(&dataset.groups)),
    ];
    tables.extend(dataset.inputs.as_ref().map(|inputs| ("inputs.csv", hash_of(inputs))));
    tables.extend(dataset.value_added.as_ref().map(|values| ("value_added.csv", hash_of(values))));
    tables.extend(dataset.deficits.as_ref().map(|values| ("deficits.csv", hash_of(values))));
    tables.extend(is_given.then(|| ("final_demand.csv", hash_of(&dataset.final_demand))));
    tables.into_iter().map(|(file, hash)| (file.to_owned(), hash)).collect()
}

fn hash_of(part: &impl Serialize) -> String {
    sha256(&postcard::to_stdvec(part).expect("a dataset has no type that postcard cannot write"))
}
