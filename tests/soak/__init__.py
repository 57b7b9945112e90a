"""Load and faults: the served app beside a practice EHR that fails at random, while workers are killed."""
