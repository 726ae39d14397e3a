//! Keeps out of `Debug` whatever may name a person.

/// Implements `Debug` by the fields that are listed, each as it is or as a closure makes it, and of an enum by the variant alone.
///
/// For types that hold people, values of tags or texts of rules: what is not listed, also a field that is added later, stays
/// hidden. It serves the crates of this repository, and is no part of what this one promises.
#[doc(hidden)]
#[macro_export]
macro_rules! masked_debug {
    (@value $self:ident $field:ident) => { $self.$field };
    (@value $self:ident $field:ident $this:ident $value:expr) => {{ let $this = $self; $value }};
    ($type:ident $(<$lifetime:lifetime>)? = $($variant:ident)|+) => {
        impl ::std::fmt::Debug for $type $(<$lifetime>)? {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(match self { $(Self::$variant { .. } => concat!(stringify!($variant), "(..)")),+ })
            }
        }
    };
    ($type:ident $(<$lifetime:lifetime>)? { $($field:ident $(: |$this:ident| $value:expr)?),* }) => {
        impl ::std::fmt::Debug for $type $(<$lifetime>)? {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($type))
                    $(.field(stringify!($field), &$crate::masked_debug!(@value self $field $($this $value)?)))*
                    .finish_non_exhaustive()
            }
        }
    };
}

#[cfg(test)]
mod tests {
    struct Holder<'a> {
        number: u8,
        names: &'a [&'a str],
    }
    crate::masked_debug!(Holder<'_> { number, names: |it| it.names.len() });

    struct Secret(&'static str);
    crate::masked_debug!(Secret {});

    enum Named {
        Nobody,
        Person(Secret),
        Group { name: &'static str },
    }
    crate::masked_debug!(Named = Nobody | Person | Group);

    #[test]
    fn what_is_not_listed_stays_hidden() {
        let holder = Holder { number: 3, names: &["iris", "noor"] };
        assert_eq!(
            format!("{holder:?} {:?}", holder.names),
            r#"Holder { number: 3, names: 2, .. } ["iris", "noor"]"#
        );
        let named = [Named::Nobody, Named::Person(Secret("iris")), Named::Group { name: "web" }];
        assert_eq!(format!("{named:?}"), "[Nobody(..), Person(..), Group(..)]");
        let [_, Named::Person(secret), Named::Group { name }] = named else { unreachable!() };
        assert_eq!(format!("{secret:?} {} {name}", secret.0), "Secret { .. } iris web");
    }
}
