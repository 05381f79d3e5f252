"""Spark: kubeflow/spark-operator, and Apache Spark itself, from which the operator's image is made.

Spark's Python package is the whole distribution, with what Spark needs to run on Kubernetes; of the examples
it has those in Python.
"""

from collections.abc import Mapping
from pathlib import Path

from components.versions import Spark
from simulator.programs.content import architecture
from simulator.programs.model import MOUNT, DebianPackages, GoPrograms, Image, PythonPackages, Source

OPERATOR = GoPrograms(
    name="spark-operator",
    version="2.5.0",
    packages={"spark-operator": "github.com/kubeflow/spark-operator/v2/cmd/operator"},
)
DISTRIBUTION = PythonPackages(name="pyspark", version="4.0.1", imports=("pyspark.sql",))
# The release of Java that Spark's own image has.
JAVA = DebianPackages(name="java", version="17", packages=("openjdk-17-jre-headless",))

_HOME = "/opt/spark"
_WORK = f"{_HOME}/work-dir"
_PACKAGE = f"{MOUNT}/{DISTRIBUTION.name}/site/pyspark"
_ENTRY = "/opt/entrypoint.sh"
_SCRIPT = Path(__file__).parents[1] / "scripts" / "spark.sh"
# Java is told by its packages to look for its configuration in /etc.
_LINKS = {
    **{f"{_HOME}/{part}": f"{_PACKAGE}/{part}" for part in ("bin", "examples", "jars", "python", "sbin")},
    "/etc/java-17-openjdk": f"{MOUNT}/{JAVA.name}/etc/java-17-openjdk",
}


def _image(image: str, *sources: Source, entrypoint: str, files: Mapping[str, str] | None = None) -> Image:
    """An image that has Spark where Spark's own have it."""
    return Image(
        image=image,
        sources=(*sources, DISTRIBUTION, JAVA),
        entrypoint=(entrypoint,),
        links=_LINKS,
        files=files or {},
        # Pods of applications mount their configuration at the first, and start in the second.
        folders={f"{_HOME}/conf": 0o755, _WORK: 0o1777},
        user="185:185",
        environment={
            "SPARK_HOME": _HOME,
            "JAVA_HOME": f"{MOUNT}/{JAVA.name}/usr/lib/jvm/java-17-openjdk-{architecture()}",
        },
        directory=_WORK,
    )


IMAGES = (
    _image(Spark.OPERATOR, OPERATOR, entrypoint="spark-operator"),
    _image(Spark.APPLICATION, entrypoint=_ENTRY, files={_ENTRY: _SCRIPT.read_text()}),
)
