"""From a referral prompt to the EHR: choose a service, look at the draft, send it once, or take it along as text."""
