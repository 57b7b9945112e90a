"""The one MetaData that every table of the app belongs to."""

from sqlalchemy import MetaData

# The names PostgreSQL gives by itself: tables made before names were written down have them already.
NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}
metadata = MetaData(naming_convention=NAMES)
