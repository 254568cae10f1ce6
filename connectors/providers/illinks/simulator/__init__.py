"""The partner's simulator: a server of its own process that speaks the contract, keeps what it received, and faults when told to."""

from connectors.providers.illinks.simulator.server import SimulatorServer, start_simulator

__all__ = ["SimulatorServer", "start_simulator"]
