"""Flavors, aggregates, the image, and a network per school. Can run again."""

import os

import openstack

REAL = os.environ['REAL'] == 'yes'
EXT_NET = os.environ['EXT_NET'] or '172.30.255'
# MiB of memory, vCPUs, GiB of disk; m1 are real, f1 on the fake hypervisor
FLAVORS = {
    'm1.desk': (128, 1, 1),
    'm1.desk2': (192, 1, 2),
    'm1.small': (512, 1, 2),
    'f1.desk': (64, 1, 1),
    'f1.desk2': (128, 1, 2),
}
KIND = 'aggregate_instance_extra_specs:kind'
# protocol and port let into the desktops: ping, ssh, telnet, http, rdp
DOORS = (('icmp', None), ('tcp', 22), ('tcp', 23), ('tcp', 80), ('tcp', 3389))


def seed_flavors(compute):
    for name, (ram, vcpus, disk) in FLAVORS.items():
        if not compute.find_flavor(name):
            compute.create_flavor(name=name, ram=ram, vcpus=vcpus, disk=disk)
    for flavor in compute.flavors(get_extra_specs=True):
        kind = 'fake' if flavor.name.startswith('f1.') else 'real'
        if flavor.name in FLAVORS and flavor.extra_specs.get(KIND) != kind:
            compute.create_flavor_extra_specs(flavor, {KIND: kind})


def seed_aggregates(compute):
    """Keep real and fake servers apart: the scheduler alone would mix them."""
    hosts = {s.host for s in compute.services(binary='nova-compute')}
    have = {group.name: group for group in compute.aggregates()}
    for kind, zone in (('real', {}), ('fake', {'availability_zone': 'fake'})):
        if kind not in hosts:
            continue
        group = have.get(kind) or compute.create_aggregate(name=kind, **zone)
        compute.set_aggregate_metadata(group, {'kind': kind})
        if kind not in (group.hosts or []):
            compute.add_host_to_aggregate(group, kind)


def seed_image(cloud):
    for image in cloud.image.images(name='desktop-tiny'):
        if image.status == 'active':
            return
        # an upload that was cut off
        cloud.image.delete_image(image)
    cloud.create_image(
        'desktop-tiny',
        filename=os.environ['DATA'] + '/desktop-tiny.qcow2',
        disk_format='qcow2',
        container_format='bare',
        wait=True,
        visibility='public',
        min_disk=1,
        hw_rng_model='virtio',
        os_type='linux',
    )


def seed_public(network):
    public = network.find_network('public') or network.create_network(
        name='public',
        is_router_external=True,
        provider_network_type='flat',
        provider_physical_network='public',
    )
    if not network.find_subnet('public-subnet'):
        network.create_subnet(
            name='public-subnet',
            network_id=public.id,
            ip_version=4,
            cidr=f'{EXT_NET}.0/24',
            gateway_ip=f'{EXT_NET}.1',
            is_dhcp_enabled=False,
            allocation_pools=[
                {'start': f'{EXT_NET}.10', 'end': f'{EXT_NET}.250'}
            ],
        )
    return public


def first(items):
    return next(iter(items), None)


def seed_class(network, project_id, number, public):
    """Network "class", its subnet and its router."""
    own = {'project_id': project_id}
    net = first(
        network.networks(name='class', **own)
    ) or network.create_network(name='class', **own)
    subnet = first(
        network.subnets(network_id=net.id)
    ) or network.create_subnet(
        name='class-subnet',
        network_id=net.id,
        ip_version=4,
        cidr=f'10.{10 + number}.0.0/20',
        dns_nameservers=['192.0.2.53'],
        **own,
    )
    router = first(
        network.routers(name='router', **own)
    ) or network.create_router(
        name='router', external_gateway_info={'network_id': public.id}, **own
    )
    if not first(network.ports(device_id=router.id, network_id=net.id)):
        network.add_interface_to_router(router, subnet_id=subnet.id)


def seed_doors(network, project_id):
    group = first(
        network.security_groups(project_id=project_id, name='default')
    )
    rules = network.security_group_rules(security_group_id=group.id)
    have = {
        (rule.protocol, rule.port_range_min)
        for rule in rules
        if rule.direction == 'ingress' and rule.remote_ip_prefix
    }
    for protocol, port in DOORS:
        if (protocol, port) not in have:
            network.create_security_group_rule(
                security_group_id=group.id,
                project_id=project_id,
                direction='ingress',
                ether_type='IPv4',
                protocol=protocol,
                port_range_min=port,
                port_range_max=port,
                remote_ip_prefix='0.0.0.0/0',
            )


def main():
    cloud = openstack.connect(cloud='admin')
    seed_flavors(cloud.compute)
    seed_aggregates(cloud.compute)
    if REAL and not first(
        t for t in cloud.block_storage.types() if t.name == 'nfs'
    ):
        cloud.block_storage.create_type(
            name='nfs', extra_specs={'volume_backend_name': 'nfs'}
        )
    seed_image(cloud)
    public = seed_public(cloud.network)
    for number, school in enumerate(('school-a', 'school-b')):
        project = cloud.identity.find_project(school)
        seed_class(cloud.network, project.id, number, public)
        seed_doors(cloud.network, project.id)


if __name__ == '__main__':
    main()
