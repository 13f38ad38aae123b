"""Runs a module of Dynamo 1.0 without a message bus, which its mocker asks for and does not use on loopback: without_nats.py MODULE ARGS…"""

import runpy
import sys

import dynamo.runtime

runtime = dynamo.runtime.DistributedRuntime
dynamo.runtime.DistributedRuntime = lambda loop, discovery, plane: runtime(loop, discovery, plane, False)
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
