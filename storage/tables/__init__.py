"""Every table. One module a package that uses them; import it here, so that the schema knows it."""

from storage.metadata import metadata
from storage.tables import audit, hooks, launch, outcomes, referrals, screening

__all__ = ["audit", "hooks", "launch", "metadata", "outcomes", "referrals", "screening"]
