"""`estimate`: one configuration in flags, or an existing deployment."""

import json
import unittest

from harness import INVALID, OK, ROOT, SAMPLE, UNSUPPORTED, USAGE, ProgramTest, tables_directory

MODEL = ["--model", "Qwen/Qwen3-32B", "--gpu", "h200_sxm", "--backend", "trtllm", "--isl", "3000", "--osl", "500"]


class Refusals(ProgramTest):
    def test_usage(self):
        for arguments in (["estimate"], ["estimate", "--model", "Qwen/Qwen3-32B"], ["estimate", *MODEL, "--prefill", "tp=2"],
                          ["estimate", *MODEL, "--tp", "2", "--prefill", "tp=2", "--decode", "tp=2"],
                          ["estimate", "-f", SAMPLE, "--tp", "2"]):
            answer = self.run_program(*arguments)
            self.assertEqual(answer.code, USAGE, answer.err)
            self.assertTrue(answer.err)

    def test_bad_sizes_all_at_once(self):
        answer = self.run_program("estimate", *MODEL, "--prefill", "tpp=2,batch=0", "--decode", "tp=x")
        self.assertEqual(answer.code, INVALID, answer.err)
        for words in ("tpp", "batch=0", "tp=x", "did you mean"):
            self.assertIn(words, answer.err)

    def test_a_request_is_no_deployment(self):
        answer = self.run_program("estimate", "-f", SAMPLE)
        self.assertEqual(answer.code, INVALID)
        self.assertIn("no DynamoGraphDeployment", answer.err)

    def test_values_of_a_deployment_that_are_none_are_named_all_at_once(self):
        args = ["--model", "Qwen/Qwen3-32B", "--tensor-parallel-size", "two", "--max-num-seqs", "many", "--gpu-memory-utilization", "2"]
        worker = {"componentType": "worker", "replicas": "three", "multinode": {"nodeCount": "two"},
                  "resources": {"limits": {"gpu": "8 of them"}}, "extraPodSpec": {"mainContainer": {
            "image": "x/vllm-runtime:1.0.0", "command": ["python3", "-m", "dynamo.vllm"], "args": args}}}
        bad = {"apiVersion": "nvidia.com/v1alpha1", "kind": "DynamoGraphDeployment", "metadata": {"name": "x"}, "spec": {"services": {"Worker": worker}}}
        answer = self.run_program("estimate", "-f", self.write("bad.json", json.dumps(bad)), "--gpu", "h200_sxm", "--gpu-price", "free")
        self.assertEqual((answer.code, answer.out), (INVALID, ""), answer.err)
        for words in ("--tensor-parallel-size must be", "--max-num-seqs must be", "--gpu-memory-utilization must be above 0",
                      "spec.services.Worker.replicas: must be", "Worker.multinode.nodeCount: must be",
                      "Worker.resources.limits.gpu: must be", "--gpu-price free"):
            self.assertIn(words, answer.err)

    def test_what_no_setup_stands_for(self):
        bad = {"kind": "DynamoGraphDeployment", "metadata": {"name": "x"}, "spec": {"services": {
            "Frontend": {"componentType": "frontend"}}}}
        answer = self.run_program("estimate", "-f", self.write("bad.json", json.dumps(bad)), "--gpu", "h200_sxm")
        self.assertEqual(answer.code, UNSUPPORTED, answer.err)
        self.assertIn("no service runs one of the engines", answer.err)


def vllm_deployment(*, arguments=(), container=None, spec=None, frontend=None, **worker):
    """One kind of vLLM worker with `worker` as further fields of its service."""
    main = {"image": "x/vllm-runtime:1.0.0", "command": ["python3", "-m", "dynamo.vllm"],
            "args": ["--model", "Qwen/Qwen3-32B", "--max-num-seqs", "64", *arguments], **(container or {})}
    pod = {"mainContainer": main, **worker.pop("pod", {})}
    return json.dumps({"apiVersion": "nvidia.com/v1alpha1", "kind": "DynamoGraphDeployment", "metadata": {"name": "mine"}, "spec": {
        **(spec or {}), "services": {
            "Frontend": {"componentType": "frontend", "replicas": 1, **(frontend or {})},
            "Worker": {"componentType": "worker", "replicas": 1, "extraPodSpec": pod, **worker}}}})


@unittest.skipIf(tables_directory() is None, "this machine has no measured tables")
class Predictions(ProgramTest):
    def measured(self, *arguments, code=OK):
        answer = self.run_program(*arguments, tables=tables_directory())
        self.assertEqual(answer.code, code, answer.err)
        return answer

    def estimate(self, *arguments):
        return json.loads(self.measured("estimate", *arguments, "-o", "json").out)

    def assert_same(self, estimate, chosen):
        """Every number of the deployment; the units may be counted differently (2 of 1P+1D, or one of 2P+2D)."""
        for name in ("servingMode", "backend", "version", "ttftMs", "itlMs", "requestLatencyMs"):
            self.assertEqual(estimate[name], chosen[name], name)
        self.assertEqual(estimate["total"]["gpus"], chosen["total"]["gpus"])
        self.assertAlmostEqual(estimate["tokensPerSecondPerGpu"], chosen["tokensPerSecondPerGpu"], delta=0.002)
        self.assertAlmostEqual(estimate["total"]["tokensPerSecond"], chosen["total"]["tokensPerSecond"], delta=0.02)
        for mine, theirs in zip(estimate["workers"], chosen["workers"], strict=True):
            for name in ("role", "layout", "batch", "memoryGiB", "quantization"):
                self.assertEqual(mine[name], theirs[name], name)

    def test_our_own_deployments_come_back_as_they_were_picked(self):
        requests = [(backend, model, itl, api)
                    for backend in ("trtllm", "vllm", "sglang")
                    for model, itl in (("Qwen/Qwen3-32B", "50"), ("Qwen/Qwen3-32B", "15"), ("Qwen/Qwen3-30B-A3B", "20"),
                                       ("Qwen/Qwen3-32B-FP8", "20"))
                    for api in ("v1alpha1", "v1beta1")]
        for backend, model, itl, api in requests:
            with self.subTest(backend=backend, model=model, itl=itl, api=api):
                request = ["--model", model, "--gpu", "h200_sxm", "--gpus", "8", "--backend", backend, "--isl", "3000",
                           "--osl", "500", "--ttft", "800", "--itl", itl]
                report = json.loads(self.measured("profile", *request, "-o", "json").out)
                deployment = self.measured("profile", *request, "-o", "yaml", "--dgd-api-version", api).out
                back = self.estimate("-f", self.write("dgd.yaml", deployment), "--gpu", "h200_sxm", "--isl", "3000", "--osl", "500")
                self.assert_same(back["chosen"], report["chosen"])
                self.assertEqual(back["ignored"], [])

    def test_flags_say_the_same_as_the_search(self):
        report = json.loads(self.measured("profile", "-f", SAMPLE, "-o", "json").out)
        for pick in report["ranked"][:4]:
            worker = pick["workers"][-1]
            if pick["servingMode"] == "aggregated":
                sizes = ["--tp", worker["parallelism"]["tp"], "--batch", worker["batch"], "--workers", pick["replicas"],
                         "--step-tokens", pick["contextTokensPerStep"]]
            else:
                sizes = [word for w in pick["workers"] for word in (
                    "--" + w["role"], f"tp={w['parallelism']['tp']},batch={w['batch']},workers={w['workersPerUnit'] * pick['replicas']}")]
            self.assert_same(self.estimate(*MODEL, *sizes)["chosen"], pick)

    def test_what_is_not_seen_is_listed(self):
        args = ["--model", "Qwen/Qwen3-32B", "--tensor-parallel-size", "4", "--max-num-seqs", "64", "--speculative-config", "{}",
                "--frobnicate", "7", "--no-enable-prefix-caching"]
        deployment = {"apiVersion": "nvidia.com/v1alpha1", "kind": "DynamoGraphDeployment", "metadata": {"name": "mine"}, "spec": {"services": {
            "Frontend": {"componentType": "frontend", "replicas": 1},
            "VllmDecodeWorker": {"componentType": "worker", "replicas": 2, "resources": {"limits": {"gpu": "8"}}, "extraPodSpec": {
                "mainContainer": {"image": "x/vllm-runtime:1.0.0", "command": ["python3", "-m", "dynamo.vllm"], "args": args}}}}}}
        file = self.write("dgd.json", json.dumps(deployment))
        self.assertIn("--gpu", self.measured("estimate", "-f", file, code=INVALID).err)
        value = self.estimate("-f", file, "--gpu", "h200_sxm")
        settings = " | ".join(item["setting"] for item in value["ignored"])
        for words in ("--speculative-config", "--frobnicate 7", "--no-enable-prefix-caching", "gpu 8"):
            self.assertIn(words, settings)
        self.assertEqual((value["chosen"]["replicas"], value["chosen"]["workers"][0]["batch"]), (2, 64))
        text = self.measured("estimate", "-f", file, "--gpu", "h200_sxm").out
        self.assertIn("Ignored:", text)
        for line in text.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def ignored(self, **deployment):
        value = self.estimate("-f", self.write("dgd.json", vllm_deployment(**deployment)), "--gpu", "h200_sxm")
        return value["chosen"], {item["setting"]: item for item in value["ignored"]}

    def test_every_field_of_a_service_is_used_or_listed_or_without_influence(self):
        tp4 = {"arguments": ["--tensor-parallel-size", "4"]}
        gpu4 = {"limits": {"gpu": "4"}}
        listed = (
            (dict(container={"env": [{"name": "VLLM_USE_V1", "value": "0"}, {"name": "FOO"}]}), "extraPodSpec.mainContainer.env VLLM_USE_V1, FOO"),
            (dict(envs=[{"name": "VLLM_ATTENTION_BACKEND", "value": "X"}]), "envs VLLM_ATTENTION_BACKEND"),
            (dict(spec={"envs": [{"name": "NCCL_DEBUG", "value": "X"}]}), "envs NCCL_DEBUG"),
            (dict(resources={"limits": {"gpu": "4", "cpu": "8"}}), "resources.limits.cpu 8"),
            (dict(resources={"limits": {"gpu": "4", "custom": {"rdma/ib": "4"}}}), "resources.limits.custom.rdma/ib 4"),
            (dict(resources={"limits": {"gpu": "4", "custom": {"x.io/y": "4"}}}), "resources.limits.custom.x.io/y 4"),
            (dict(autoscaling={"enabled": True}), "autoscaling"),
            (dict(scalingAdapter={"enabled": True}), "scalingAdapter"),
            (dict(failover={"enabled": True}), "failover"),
            (dict(pod={"containers": [{"name": "side"}]}), "extraPodSpec.containers side"),
            (dict(pod={"overhead": {"cpu": "1"}}), "extraPodSpec.overhead"),
            (dict(frobnicate=3), "frobnicate 3"),
            (dict(frontend={"resources": gpu4}), "resources.limits.gpu 4"),
            (dict(frontend={"extraPodSpec": {"mainContainer": {"command": ["python3", "-m", "dynamo.frontend"], "args": ["--router-mode", "kv"]}}}),
             "router mode kv"),
        )
        for fields, setting in listed:
            with self.subTest(setting=setting):
                found = self.ignored(**tp4, **{"resources": gpu4, **fields})[1]
                self.assertEqual(list(found), [setting])
                self.assertTrue(found[setting]["why"])
        silent = dict(container={"workingDir": "/x", "ports": [{"containerPort": 1}], "resources": None}, sharedMemory={"size": "64Gi"},
                      volumeMounts=[{"name": "c", "mountPoint": "/c"}], ingress={"enabled": False}, scalingAdapter={"enabled": False},
                      livenessProbe={"httpGet": {"port": 1}}, pod={"tolerations": [{"operator": "Exists"}]}, multinode=None)
        self.assertEqual(self.ignored(**tp4, resources=gpu4, **silent)[1], {})

    def test_settings_of_trtllm_as_flags_are_read_as_those_in_json(self):
        engine = {"command": ["python3", "-m", "dynamo.trtllm"]}
        common = ["--tensor-parallel-size", "4", "--max-batch-size", "8", "--model-path", "Qwen/Qwen3-32B"]

        def common_main(more):
            return {**engine, "args": [*common, *more]}

        plain = self.ignored(container=common_main([]))[0]
        dotted = ["--trtllm.kv_cache_config.dtype", "fp8", "--trtllm.print_iter_log", "false", "--trtllm.frobnicate", "7",
                  "--trtllm.moe_tensor_parallel_size", "2"]
        overrides = json.dumps({"kv_cache_config": {"dtype": "fp8"}, "print_iter_log": False, "frobnicate": 7, "moe_tensor_parallel_size": 2})
        chosen, found = self.ignored(container=common_main(dotted))
        self.assertEqual(list(found), ["frobnicate 7", "moe_tensor_parallel_size 2"])
        self.assertEqual(chosen["workers"][0]["quantization"]["kvCache"], "fp8")
        self.assertNotEqual(chosen["itlMs"], plain["itlMs"])
        self.assertEqual(self.ignored(container=common_main(["--override-engine-args", overrides])), (chosen, found))

    def test_workers_over_several_nodes(self):
        wide = ["--tensor-parallel-size", "8", "--pipeline-parallel-size", "2"]
        chosen, found = self.ignored(arguments=wide, resources={"limits": {"gpu": "8"}}, multinode={"nodeCount": 2})
        self.assertEqual((chosen["total"]["gpus"], found), (16, {}))
        chosen, found = self.ignored(arguments=wide, resources={"limits": {"gpu": "4"}}, multinode={"nodeCount": 4})
        self.assertEqual((chosen["total"]["gpus"], list(found)), (16, ["multinode.nodeCount 4 x 4 GPUs"]))
        self.assertIn("nodes of 8 GPUs", found["multinode.nodeCount 4 x 4 GPUs"]["why"])
        chosen, found = self.ignored(arguments=["--tensor-parallel-size", "8"], resources={"limits": {"gpu": "8"}}, multinode={"nodeCount": 2})
        self.assertEqual((chosen["total"]["gpus"], list(found)), (8, ["multinode.nodeCount 2 x resources.limits.gpu 8"]))
        chosen, found = self.ignored(arguments=["--tensor-parallel-size", "8"], multinode={"nodeCount": 2})
        self.assertEqual((chosen["total"]["gpus"], list(found)), (8, ["multinode.nodeCount 2"]))

    def test_targets_are_held_against_the_prediction(self):
        self.assertTrue(self.measured("estimate", *MODEL, "--tp", "4", "--batch", "8").out.startswith("Predicted: "))
        self.assertTrue(self.measured("estimate", *MODEL, "--tp", "4", "--batch", "8", "--itl", "50").out.startswith("Meets the targets: "))
        self.assertTrue(self.measured("estimate", *MODEL, "--tp", "4", "--batch", "8", "--itl", "1").out.startswith("Misses the targets: "))

    def test_what_does_not_fit_says_by_how_much(self):
        error = self.measured("estimate", *MODEL, "--tp", "1", "--batch", "400", code=UNSUPPORTED).err
        self.assertIn("does not fit", error)
        self.assertIn("GiB", error)

    def test_the_largest_batch_that_fits(self):
        chosen = self.estimate(*MODEL, "--tp", "1")["chosen"]
        self.assertGreater(chosen["workers"][0]["batch"], 1)

    def test_prices(self):
        chosen = self.estimate(*MODEL, "--tp", "4", "--batch", "64", "--workers", "2", "--gpu-price", "2.5/h")["chosen"]
        self.assertAlmostEqual(chosen["cost"]["perHour"], 20)
        self.assertAlmostEqual(chosen["cost"]["perMillionTokens"], 20 / (chosen["total"]["tokensPerSecond"] * 3600) * 1e6)


if __name__ == "__main__":
    unittest.main()
