"""The sample application: every planted fault is found, and nothing else is reported."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SAMPLE = Path(__file__).parents[2] / "sample"
SHOP = "layers/shared/python/shop"

EXPECTED = {
    (f"{SHOP}/orders.py", "self._table.put_item(", "LDM102", "error"),
    (f"{SHOP}/orders.py", "self._table.update_item(", "LDM301", "warning"),
    (f"{SHOP}/payments.py", "intent = stripe.PaymentIntent.create(", "LDM103", "error"),
    ("functions/payment_handler/app.py", 'capture_id = payments.capture(detail["payment_id"], detail["cents"])', "LDM501", "error"),
    (f"{SHOP}/stock.py", "self._table.update_item(", "LDM104", "error"),
    (f"{SHOP}/claims.py", '"id": f"{operation}#{message_id}",', "LDM201", "error"),
    (f"{SHOP}/mailer.py", "self._ses.send_email(", "LDM505", "error"),
    (
        f"{SHOP}/freshness.py",
        "return (datetime.now(timezone.utc) - sent).seconds > MAX_AGE_SECONDS",
        "LDM402",
        "error",
    ),
    ("functions/order_worker/app.py", 'for record in event["Records"]:', "LDM601", "warning"),
    ("functions/projector/app.py", "summary.update_item(", "LDM104", "error"),
    ("functions/projector/app.py", "sns.publish(", "LDM101", "error"),
    ("functions/orders_api/app.py", "sqs.send_message(", "LDM101", "warning"),
    ("template.yaml", "PaymentHandler:", "LDM701", "warning"),
    ("functions/search_cluster/app.py", "cluster = dsql.create_cluster(", "LDM106", "error"),
}


def check(folder: Path) -> list[dict[str, object]]:
    """The findings of `lintdem check` in `folder`, notes left out."""
    command = [sys.executable, "-m", "lintdem", "check", ".", "--format", "json", "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert report["problems"] == []
    return [finding for finding in report["findings"] if finding["level"] != "note"]


def test_planted_faults_are_found_and_nothing_else() -> None:
    """Each fault named in the sample's README is reported on its line; the function in good order is silent."""
    found = set()
    for finding in check(SAMPLE):
        path, number = str(finding["path"]), int(str(finding["line"]))
        line = (SAMPLE / path).read_text(encoding="utf-8").splitlines()[number - 1].strip()
        found.add((path, line, finding["code"], finding["level"]))
    assert found == EXPECTED


def test_findings_start_at_the_handler() -> None:
    """The way of the payment leads from the worker's handler through its function into the shared layer."""
    charge = next(f for f in check(SAMPLE) if f["code"] == "LDM103" and str(f["path"]).endswith("payments.py"))
    assert charge["handler"] == "functions/order_worker/app.py:handler"
    steps = [step["path"] for step in charge["why"]]  # type: ignore[attr-defined]
    assert steps[0] == "functions/order_worker/app.py"
    assert steps[-1] == f"{SHOP}/payments.py"
