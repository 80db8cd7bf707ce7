"""Nova's fake driver, made to survive restarts and to upload its snapshots.

Environment of the fake nova-compute, for tests of slow and failing clouds:
CLOUDDESK_FAKE_SPAWN_S, CLOUDDESK_FAKE_SNAPSHOT_S (seconds) and
CLOUDDESK_FAKE_FAIL_EVERY=n (every n-th spawn fails).
"""

import io
import itertools
import os
import time

from nova import context as nova_context
from nova import exception
from nova import objects
from nova.compute import task_states
from nova.image import glance
from nova.virt import fake
from nova.virt import node


class UploadingFakeDriver(fake.FakeDriver):
    _count = itertools.count(1)

    def get_nodenames_by_uuid(self, refresh=False):
        # the stock driver makes up a uuid per process: it could not restart
        return {node.get_local_node_uuid(): self.get_available_nodes()[0]}

    def get_available_resource(self, nodename):
        resource = super().get_available_resource(nodename)
        return dict(resource, uuid=node.get_local_node_uuid())

    def init_host(self, host):
        super().init_host(host)
        # the stock driver forgets its instances on a restart
        context = nova_context.get_admin_context()
        for item in objects.InstanceList.get_by_host(context, host):
            self.instances[item.uuid] = fake.FakeInstance(
                item.name, item.power_state, item.uuid
            )
            self.resources.claim(
                vcpus=item.flavor.vcpus,
                mem=item.flavor.memory_mb,
                disk=item.flavor.root_gb,
            )

    def spawn(self, context, instance, *args, **kwargs):
        time.sleep(float(os.environ.get('CLOUDDESK_FAKE_SPAWN_S', 0)))
        every = int(os.environ.get('CLOUDDESK_FAKE_FAIL_EVERY', 0))
        if every and next(self._count) % every == 0:
            raise exception.InstanceDeployFailure(reason='injected failure')
        return super().spawn(context, instance, *args, **kwargs)

    def snapshot(self, context, instance, image_id, update_task_state):
        if instance.uuid not in self.instances:
            raise exception.InstanceNotRunning(instance_id=instance.uuid)
        update_task_state(task_state=task_states.IMAGE_PENDING_UPLOAD)
        update_task_state(
            task_state=task_states.IMAGE_UPLOADING,
            expected_state=task_states.IMAGE_PENDING_UPLOAD,
        )
        time.sleep(float(os.environ.get('CLOUDDESK_FAKE_SNAPSHOT_S', 0)))
        meta = {
            'disk_format': 'raw',
            'container_format': 'bare',
            'status': 'active',
            'properties': {
                'image_location': 'snapshot',
                'image_state': 'available',
            },
        }
        data = f'fake snapshot of {instance.uuid}\n'.encode().ljust(4096, b'.')
        glance.API().update(context, image_id, meta, io.BytesIO(data))
