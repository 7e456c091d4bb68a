// What each kind of resource may hold: Kubernetes' own schema says which types the
// fields have, and ours, which is strict, that no field is misspelt. Agones brings
// no schema in a package; ours stands for it, after its reference of fleets.

import { DaemonSet, Deployment, StatefulSet } from "kubernetes-models/apps/v1";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1";
import { ConfigMap, Namespace, Pod, Service } from "kubernetes-models/v1";
import * as z from "zod/mini";
import { get, type Value } from "./files.ts";

const Labels = z.record(z.string(), z.string());
const Metadata = z.strictObject({ name: z.optional(z.string()), namespace: z.optional(z.string()), labels: z.optional(Labels) });
const Selector = z.strictObject({ matchLabels: Labels });
const Quantities = z.strictObject({
  cpu: z.optional(z.string().check(z.regex(/^\d+m?$/))),
  memory: z.optional(z.string().check(z.regex(/^\d+[MG]i$/))),
  storage: z.optional(z.string().check(z.regex(/^\d+Gi$/))),
});
const Resources = z.strictObject({ requests: z.optional(Quantities), limits: z.optional(Quantities) });
const Probe = z.strictObject({
  httpGet: z.optional(z.strictObject({ path: z.string(), port: z.union([z.string(), z.int()]) })),
  exec: z.optional(z.strictObject({ command: z.array(z.string()) })),
  periodSeconds: z.optional(z.int()),
  failureThreshold: z.optional(z.int()),
});
const Handler = z.strictObject({ exec: z.strictObject({ command: z.array(z.string()) }) });
const Profile = z.strictObject({ type: z.enum(["RuntimeDefault", "Unconfined"]) });
const Key = z.strictObject({ name: z.string(), key: z.string() });
const From = z.strictObject({ secretKeyRef: z.optional(Key), fieldRef: z.optional(z.strictObject({ fieldPath: z.string() })) });
const Container = z.strictObject({
  name: z.string(),
  image: z.string(),
  command: z.optional(z.array(z.string())),
  args: z.optional(z.array(z.string())),
  env: z.optional(z.array(z.strictObject({ name: z.string(), value: z.optional(z.string()), valueFrom: z.optional(From) }))),
  envFrom: z.optional(z.array(z.strictObject({ configMapRef: z.optional(z.strictObject({ name: z.string() })), secretRef: z.optional(z.strictObject({ name: z.string() })) }))),
  ports: z.optional(z.array(z.strictObject({ name: z.string(), containerPort: z.int(), hostPort: z.optional(z.int()), protocol: z.optional(z.enum(["TCP", "UDP"])) }))),
  startupProbe: z.optional(Probe),
  readinessProbe: z.optional(Probe),
  livenessProbe: z.optional(Probe),
  lifecycle: z.optional(z.strictObject({ postStart: z.optional(Handler), preStop: z.optional(Handler) })),
  resources: z.optional(Resources),
  securityContext: z.optional(z.strictObject({
    allowPrivilegeEscalation: z.optional(z.boolean()),
    readOnlyRootFilesystem: z.optional(z.boolean()),
    privileged: z.optional(z.boolean()),
    runAsUser: z.optional(z.int()),
    runAsNonRoot: z.optional(z.boolean()),
    capabilities: z.optional(z.strictObject({ drop: z.array(z.string()) })),
  })),
  volumeMounts: z.optional(z.array(z.strictObject({ name: z.string(), mountPath: z.string() }))),
});
const Volume = z.strictObject({
  name: z.string(),
  emptyDir: z.optional(z.strictObject({ medium: z.optional(z.literal("Memory")), sizeLimit: z.optional(z.string()) })),
  hostPath: z.optional(z.strictObject({ path: z.string(), type: z.literal("DirectoryOrCreate") })),
});
const PodSpec = z.strictObject({
  nodeSelector: z.optional(Labels),
  hostNetwork: z.optional(z.boolean()),
  dnsPolicy: z.optional(z.enum(["ClusterFirst", "ClusterFirstWithHostNet"])),
  automountServiceAccountToken: z.optional(z.boolean()),
  terminationGracePeriodSeconds: z.optional(z.int()),
  topologySpreadConstraints: z.optional(z.array(z.strictObject({ maxSkew: z.int(), topologyKey: z.string(), whenUnsatisfiable: z.string(), labelSelector: Selector }))),
  securityContext: z.optional(z.strictObject({
    runAsNonRoot: z.optional(z.boolean()),
    runAsUser: z.optional(z.int()),
    runAsGroup: z.optional(z.int()),
    fsGroup: z.optional(z.int()),
    seccompProfile: z.optional(Profile),
  })),
  initContainers: z.optional(z.array(Container)),
  containers: z.array(Container).check(z.minLength(1)),
  volumes: z.optional(z.array(Volume)),
});
const Template = z.strictObject({ metadata: z.strictObject({ labels: Labels }), spec: PodSpec });
const Share = z.union([z.int(), z.string().check(z.regex(/^\d+%$/))]);
const Rolling = z.strictObject({ maxSurge: z.optional(Share), maxUnavailable: z.optional(Share) });

const resource = <S extends z.ZodMiniType>(apiVersion: string, kind: string, spec: S) =>
  z.strictObject({ apiVersion: z.literal(apiVersion), kind: z.literal(kind), metadata: Metadata, spec });

const Fleet = resource("agones.dev/v1", "Fleet", z.strictObject({
  replicas: z.int(),
  scheduling: z.enum(["Packed", "Distributed"]),
  strategy: z.strictObject({ type: z.enum(["RollingUpdate", "Recreate"]), rollingUpdate: z.optional(Rolling) }),
  template: z.strictObject({
    metadata: z.strictObject({ labels: Labels }),
    spec: z.strictObject({
      container: z.string(),
      ports: z.array(z.strictObject({
        name: z.string(),
        portPolicy: z.enum(["Dynamic", "Static", "Passthrough", "None"]),
        containerPort: z.int(),
        hostPort: z.optional(z.int()),
        protocol: z.enum(["UDP", "TCP", "TCPUDP"]),
      })),
      health: z.strictObject({ disabled: z.boolean() }),
      template: Template,
    }),
  }),
}));

/** Throws with what is wrong. */
const asPod = (fleet: Value) => new Pod({ metadata: { name: "p" }, ...(get(fleet, "spec", "template", "spec", "template") as object) }).validate();

type Model = { strict: z.ZodMiniType; official(resource: Value): void };

const MODELS: Readonly<Record<string, Model>> = {
  "v1 Namespace": { strict: z.strictObject({ apiVersion: z.string(), kind: z.string(), metadata: Metadata }), official: (value) => new Namespace(value).validate() },
  "v1 ConfigMap": {
    strict: z.strictObject({ apiVersion: z.string(), kind: z.string(), metadata: Metadata, data: Labels }),
    official: (value) => new ConfigMap(value).validate(),
  },
  "v1 Service": {
    strict: resource("v1", "Service", z.strictObject({
      clusterIP: z.optional(z.literal("None")),
      selector: Labels,
      ports: z.array(z.strictObject({ name: z.string(), port: z.int(), targetPort: z.string() })),
    })),
    official: (value) => new Service(value).validate(),
  },
  "apps/v1 Deployment": {
    strict: resource("apps/v1", "Deployment", z.strictObject({ replicas: z.int(), strategy: z.strictObject({ rollingUpdate: Rolling }), selector: Selector, template: Template })),
    official: (value) => new Deployment(value as never).validate(),
  },
  "apps/v1 StatefulSet": {
    strict: resource("apps/v1", "StatefulSet", z.strictObject({
      serviceName: z.string(),
      replicas: z.int(),
      selector: Selector,
      template: Template,
      volumeClaimTemplates: z.array(z.strictObject({ metadata: Metadata, spec: z.strictObject({ accessModes: z.array(z.string()), resources: Resources }) })),
    })),
    official: (value) => new StatefulSet(value as never).validate(),
  },
  "apps/v1 DaemonSet": {
    strict: resource("apps/v1", "DaemonSet", z.strictObject({ selector: Selector, updateStrategy: z.strictObject({ rollingUpdate: Rolling }), template: Template })),
    official: (value) => new DaemonSet(value as never).validate(),
  },
  "policy/v1 PodDisruptionBudget": {
    strict: resource("policy/v1", "PodDisruptionBudget", z.strictObject({ maxUnavailable: Share, selector: Selector })),
    official: (value) => new PodDisruptionBudget(value).validate(),
  },
  "agones.dev/v1 Fleet": { strict: Fleet, official: asPod },
};

export function schemaFaults(resource: Value): string[] {
  const kind = `${String(resource["apiVersion"])} ${String(resource["kind"])}`;
  const model = MODELS[kind];
  if (!model) return [`no schema is known for ${kind}`];
  const faults: string[] = [];
  const parsed = z.safeParse(model.strict, resource);
  if (!parsed.success) faults.push(...parsed.error.issues.map((issue) => `${kind} ${issue.path.join(".")}: ${issue.code} ${"keys" in issue ? issue.keys.join(", ") : ""}`));
  try {
    model.official(resource);
  } catch (error) {
    faults.push(`${kind}: ${(error as Error).message}`);
  }
  return faults;
}
