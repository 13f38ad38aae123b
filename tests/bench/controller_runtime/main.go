// The yardstick of webhook_bench.py: controller-runtime's webhook server, as operators use it, with typed handlers that ask
// of a DynamoGraphDeploymentRequest what dynamo-webhook asks without its estimate.
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"github.com/go-logr/logr"
	"gomodules.xyz/jsonpatch/v2"
	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/webhook"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

const kind = "DynamoGraphDeploymentRequest"

var group = schema.GroupVersion{Group: "nvidia.com", Version: "v1beta1"}

// Request is the custom resource with the fields that a rule looks at; the rest is kept as it came.
type Request struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec struct {
		Model                  string                `json:"model"`
		Backend                string                `json:"backend,omitempty"`
		Image                  string                `json:"image,omitempty"`
		SearchStrategy         string                `json:"searchStrategy,omitempty"`
		RuntimeVersionOverride string                `json:"runtimeVersionOverride,omitempty"`
		AutoApply              *bool                 `json:"autoApply,omitempty"`
		Features               *runtime.RawExtension `json:"features,omitempty"`
		Hardware               *struct {
			GPU      string   `json:"gpuSku,omitempty"`
			Total    *int64   `json:"totalGpus,omitempty"`
			PerNode  *int64   `json:"numGpusPerNode,omitempty"`
			MemoryMB *float64 `json:"vramMb,omitempty"`
		} `json:"hardware,omitempty"`
		Workload *struct {
			Input       *int64   `json:"isl,omitempty"`
			Output      *int64   `json:"osl,omitempty"`
			Rate        *float64 `json:"requestRate,omitempty"`
			Concurrency *float64 `json:"concurrency,omitempty"`
		} `json:"workload,omitempty"`
		Goals *struct {
			FirstToken *float64 `json:"ttft,omitempty"`
			InterToken *float64 `json:"itl,omitempty"`
			EndToEnd   *float64 `json:"e2eLatency,omitempty"`
			Optimise   string   `json:"optimizationType,omitempty"`
		} `json:"sla,omitempty"`
		Cache *struct {
			Claim string `json:"pvcName,omitempty"`
			Model string `json:"pvcModelPath,omitempty"`
			Mount string `json:"pvcMountPath,omitempty"`
		} `json:"modelCache,omitempty"`
		Overrides *struct {
			Deployment *runtime.RawExtension `json:"dgd,omitempty"`
			Job        *runtime.RawExtension `json:"profilingJob,omitempty"`
		} `json:"overrides,omitempty"`
	} `json:"spec"`
	Status struct {
		Phase string `json:"phase,omitempty"`
	} `json:"status,omitempty"`
}

// DeepCopyObject makes Request a runtime.Object; nothing here changes a copy.
func (r *Request) DeepCopyObject() runtime.Object {
	twin := *r
	return &twin
}

var (
	dnsLabel = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	version  = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+$`)
	gpus     = words("h100_sxm h100_pcie h200_sxm b200_sxm b300_sxm gb200 gb200_sxm gb300 a100_sxm a100_pcie l40s mi300x mi355x")
	// Other spellings, in lower case with underscores.
	spellings = map[string]string{"h100_sxm5_80gb": "h100_sxm", "nvidia_h100_80gb_hbm3": "h100_sxm", "h200_sxm_141gb": "h200_sxm",
		"nvidia_h200": "h200_sxm", "nvidia_b200": "b200_sxm"}
)

func words(text string) map[string]bool {
	known := map[string]bool{}
	for _, word := range strings.Fields(text) {
		known[word] = true
	}
	return known
}

// findings collects what is wrong, every rule asked.
type findings struct{ errors field.ErrorList }

func (f *findings) add(found *field.Error) { f.errors = append(f.errors, found) }

func oneOf[T any](f *findings, at *field.Path, value string, known ...string) {
	for _, word := range append(known, "") {
		if value == word {
			return
		}
	}
	f.add(field.NotSupported(at, value, known))
}

func positive[N int64 | float64](f *findings, at *field.Path, value *N, most N) {
	if value != nil && (*value <= 0 || *value > most) {
		f.add(field.Invalid(at, *value, fmt.Sprintf("must be above 0 and at most %v", most)))
	}
}

func check(r *Request) field.ErrorList {
	var f findings
	spec, at := &r.Spec, field.NewPath("spec")
	if r.Name != "" && (len(r.Name) > 55 || !dnsLabel.MatchString(r.Name)) {
		f.add(field.Invalid(field.NewPath("metadata", "name"), r.Name, "must be a DNS label of at most 55 characters"))
	}
	if strings.TrimSpace(spec.Model) == "" {
		f.add(field.Required(at.Child("model"), "name a model"))
	}
	oneOf[string](&f, at.Child("backend"), spec.Backend, "auto", "trtllm", "sglang", "vllm")
	oneOf[string](&f, at.Child("searchStrategy"), spec.SearchStrategy, "rapid", "thorough")
	if spec.SearchStrategy == "thorough" && (spec.Backend == "" || spec.Backend == "auto") {
		f.add(field.Forbidden(at.Child("searchStrategy"), "thorough needs one backend"))
	}
	if strings.ContainsAny(spec.Image, " \t") || strings.Contains(spec.Image, "://") {
		f.add(field.Invalid(at.Child("image"), spec.Image, "is no image reference"))
	}
	if spec.RuntimeVersionOverride != "" && !version.MatchString(spec.RuntimeVersionOverride) {
		f.add(field.Invalid(at.Child("runtimeVersionOverride"), spec.RuntimeVersionOverride, "must be MAJOR.MINOR.PATCH"))
	}
	if h := spec.Hardware; h != nil {
		here := at.Child("hardware")
		if h.GPU != "" && !gpus[h.GPU] {
			f.add(field.NotSupported(here.Child("gpuSku"), h.GPU, []string{"h100_sxm", "h200_sxm", "b200_sxm"}))
		}
		positive(&f, here.Child("totalGpus"), h.Total, 100000)
		positive(&f, here.Child("numGpusPerNode"), h.PerNode, 1024)
		positive(&f, here.Child("vramMb"), h.MemoryMB, 1<<22)
	}
	if w := spec.Workload; w != nil {
		here := at.Child("workload")
		positive(&f, here.Child("isl"), w.Input, 1<<24)
		positive(&f, here.Child("osl"), w.Output, 1<<24)
		positive(&f, here.Child("requestRate"), w.Rate, 1e6)
		positive(&f, here.Child("concurrency"), w.Concurrency, 1e6)
		if w.Rate != nil && w.Concurrency != nil {
			f.add(field.Forbidden(here, "requestRate and concurrency exclude each other"))
		}
	}
	if g := spec.Goals; g != nil {
		here := at.Child("sla")
		positive(&f, here.Child("ttft"), g.FirstToken, 1e7)
		positive(&f, here.Child("itl"), g.InterToken, 1e7)
		positive(&f, here.Child("e2eLatency"), g.EndToEnd, 1e8)
		oneOf[string](&f, here.Child("optimizationType"), g.Optimise, "latency", "throughput")
		if g.EndToEnd != nil && (g.FirstToken != nil || g.InterToken != nil) {
			f.add(field.Forbidden(here.Child("e2eLatency"), "stands alone"))
		}
		if (g.FirstToken == nil) != (g.InterToken == nil) {
			f.add(field.Required(here, "ttft and itl go together"))
		}
	}
	if c := spec.Cache; c != nil {
		here := at.Child("modelCache")
		if c.Claim == "" {
			f.add(field.Required(here.Child("pvcName"), "name the claim"))
		}
		if strings.HasPrefix(c.Model, "/") || strings.Contains(c.Model, "..") {
			f.add(field.Invalid(here.Child("pvcModelPath"), c.Model, "must stay inside the claim"))
		}
		if c.Mount != "" && !strings.HasPrefix(c.Mount, "/") {
			f.add(field.Invalid(here.Child("pvcMountPath"), c.Mount, "must be absolute"))
		}
	}
	return f.errors
}

type validator struct{}

func verdict(r *Request, found field.ErrorList) (admission.Warnings, error) {
	if len(found) == 0 {
		return nil, nil
	}
	return nil, apierrors.NewInvalid(group.WithKind(kind).GroupKind(), r.Name, found)
}

func (validator) ValidateCreate(_ context.Context, r *Request) (admission.Warnings, error) {
	return verdict(r, check(r))
}

func (validator) ValidateUpdate(_ context.Context, before, r *Request) (admission.Warnings, error) {
	if r.DeletionTimestamp != nil || equality.Semantic.DeepEqual(before.Spec, r.Spec) {
		return nil, nil
	}
	frozen := field.Forbidden(field.NewPath("spec"), "updates are forbidden once the resource is created")
	return verdict(r, append(field.ErrorList{frozen}, check(r)...))
}

func (validator) ValidateDelete(context.Context, *Request) (admission.Warnings, error) { return nil, nil }

type speller struct{ decoder admission.Decoder }

func (s speller) Handle(_ context.Context, review admission.Request) admission.Response {
	if review.Operation != admissionv1.Create {
		return admission.Allowed("")
	}
	var r Request
	if err := s.decoder.Decode(review, &r); err != nil {
		return admission.Errored(http.StatusBadRequest, err)
	}
	if h := r.Spec.Hardware; h != nil {
		written := strings.NewReplacer("-", "_", " ", "_").Replace(strings.ToLower(h.GPU))
		if canonical, known := spellings[written]; known {
			return admission.Patched("", jsonpatch.NewOperation("replace", "/spec/hardware/gpuSku", canonical))
		}
	}
	return admission.Allowed("")
}

func main() {
	certificate := flag.String("cert", "", "serving certificate; its key stands beside it")
	port := flag.Int("port", 0, "port on 127.0.0.1")
	flag.Parse()
	log.SetLogger(logr.Discard())
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()

	scheme := runtime.NewScheme()
	scheme.AddKnownTypeWithName(group.WithKind(kind), &Request{})
	metav1.AddToGroupVersion(scheme, group)
	server := webhook.NewServer(webhook.Options{Host: "127.0.0.1", Port: *port, CertDir: filepath.Dir(*certificate),
		CertName: filepath.Base(*certificate)})
	server.Register("/validate-nvidia-com-v1beta1-dynamographdeploymentrequest", admission.WithValidator[*Request](scheme, validator{}))
	server.Register("/mutate-nvidia-com-v1beta1-dynamographdeploymentrequest",
		&webhook.Admission{Handler: speller{admission.NewDecoder(scheme)}})
	if err := server.Start(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
