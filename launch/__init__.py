"""How a clinician gets in: SMART App Launch from the EHR click to an authorised session."""
