//! Made-up charges and real ones, and the numbers of reads.

use super::charges::{begun, common, connection, everything, read};
use super::random::Random;
use super::{Broken, Checked, StoreFactory, same};
use crate::error::ErrorKind;
use crate::source::Origin;
use crate::store::WindowReplacement;

pub(super) async fn kept_apart(factory: &dyn StoreFactory, seed: u64) -> Checked {
    let mut random = Random::new(seed);
    for (held, other) in [(Origin::Provider, Origin::Demo), (Origin::Demo, Origin::Provider)] {
        let (store, id) = (factory.fresh().await?, connection(0));
        same("the origin of nothing", &store.origin().await?, &None)?;
        let charges = read(everything()?, &[common(&mut random, 1)?], 1)?;
        let void = WindowReplacement { read: store.begin_read(&id, other).await?, ..charges.clone() };
        let number = store.begin_read(&id, held).await?;
        store.replace_window(&id, WindowReplacement { read: number, ..charges }).await?;
        same("the origin", &store.origin().await?, &Some(held))?;
        for connection in [&id, &connection(1)] {
            match store.begin_read(connection, other).await {
                Ok(_) => return Err(Broken(format!("a read of {other:?} began beside charges of {held:?}"))),
                Err(error) => same("the kind of error", &error.kind(), &ErrorKind::Origin)?,
            }
        }
        if store.replace_window(&id, void).await.is_ok() {
            return Err(Broken("a read that began under another origin was stored".into()));
        }
    }
    Ok(())
}

pub(super) async fn numbers(factory: &dyn StoreFactory) -> Checked {
    let store = factory.fresh().await?;
    let mut last = None;
    for number in [0, 1, 0, 2, 2, 1] {
        let read = begun(&*store, &connection(number), &read(everything()?, &[], 1)?).await?.read;
        if last.is_some_and(|last| read <= last) {
            return Err(Broken(format!("read {read:?} was handed out after {last:?}")));
        }
        last = Some(read);
        store.purge(&connection(number)).await?;
    }
    Ok(())
}
