"""Every parser under the fuzzer, for seconds; for minutes: ``python -m bench fuzz``."""
