//! VAT by rate, by what rows of figures say. It does not say which total they belong to.

use crate::invoice::page::amount::Amount;
use crate::invoice::page::sheet::Sheet;
use crate::invoice::{Decimal, Tax};

/// VAT by rate: rows with a share and two amounts of which one is that share of the other.
pub(super) fn by_rate(sheet: &Sheet) -> Vec<Tax> {
    let mut taxes: Vec<Tax> = Vec::new();
    for row in 0..sheet.rows.len() {
        let of_row = || sheet.amounts.iter().filter(move |amount| amount.place.row == row);
        let rates = of_row()
            .filter(|one| one.is_percent || one.decimals == 1 && one.value < Decimal::from(30));
        for rate in rates {
            let money: Vec<&Amount> = of_row().filter(|one| one.is_money()).collect();
            let share = |base: Decimal| {
                (base * rate.value / Decimal::ONE_HUNDRED)
                    .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
            };
            let pair = money.iter().find_map(|base| {
                let own = money.iter().find(|tax| tax.value == share(base.value))?;
                (!own.value.is_zero() && own.place != base.place).then_some((base.value, own.value))
            });
            let Some((base, amount)) = pair else { continue };
            let tax = Tax {
                category: None,
                rate_percent: Some(rate.value.normalize()),
                base: Some(base),
                amount: Some(amount),
            };
            if !taxes.iter().any(|known| known.rate_percent == tax.rate_percent) {
                taxes.push(tax);
            }
            break;
        }
    }
    taxes
}
